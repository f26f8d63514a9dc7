/** What lies below a map: sea, land, graticule. The land is asked for once, whatever maps there are. */
import { geoGraticule10, geoNaturalEarth1, geoPath, type GeoProjection } from 'd3-geo';
import { feature } from 'topojson-client';
import type { Topology } from 'topojson-specification';

import { svg } from '../dom.js';

export const WIDTH = 960;
export const HEIGHT = 440;
const MARGIN = 56; // around what a map is fitted to
const CLOSEST = 8; // times as large as the whole world: the land has no more detail

type Land = ReturnType<typeof feature>;
let land: Promise<Land | null> | null = null;

function landShape(): Promise<Land | null> {
  land ??= fetch('world.json').then(async (response) => {
    const world = await response.json() as Topology;
    const shape = world.objects['land'];
    return shape ? feature(world, shape) : null;
  });
  return land;
}

export function wholeWorld(): GeoProjection {
  return geoNaturalEarth1().fitExtent([[8, 8], [WIDTH - 8, HEIGHT + 48]], { type: 'Sphere' });
}

export type Degrees = readonly [longitude: number, latitude: number];

/** The part of the world that holds all of them, with room around it. */
export function fitted(points: readonly Degrees[]): GeoProjection {
  const flat = geoNaturalEarth1().scale(1).translate([0, 0]);
  const placed = points.map((p) => flat([p[0], p[1]]) ?? [0, 0] as const);
  const [xs, ys] = [placed.map(([px]) => px), placed.map(([, py]) => py)];
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const whole = wholeWorld();
  const scale = Math.min((WIDTH - 2 * MARGIN) / Math.max(right - left, 1e-6), (HEIGHT - 2 * MARGIN) / Math.max(bottom - top, 1e-6), whole.scale() * CLOSEST);
  if (points.length === 0 || scale <= whole.scale()) return whole;
  return geoNaturalEarth1().scale(scale).translate([WIDTH / 2 - (scale * (left + right)) / 2, HEIGHT / 2 - (scale * (top + bottom)) / 2])
    .clipExtent([[-1, -1], [WIDTH + 1, HEIGHT + 1]]);
}

/** Whether each of them is to be seen. */
export function shows(projection: GeoProjection, points: readonly Degrees[]): boolean {
  return points.every((p) => {
    const at = projection([p[0], p[1]]);
    return at !== null && at[0] > 8 && at[0] < WIDTH - 8 && at[1] > 8 && at[1] < HEIGHT - 8;
  });
}

/** The elements, in the order that they are drawn. */
export function ground(projection: GeoProjection): SVGElement[] {
  const path = geoPath(projection);
  const shape = svg('path', { class: 'land' });
  landShape().then((found) => { if (found) shape.setAttribute('d', path(found) ?? ''); }, () => undefined);
  return [svg('path', { class: 'sea', d: path({ type: 'Sphere' }) ?? '' }), shape, svg('path', { class: 'graticule', d: path(geoGraticule10()) ?? '' })];
}
