/**
 * Clients on a map, with the colour and the shape of the site where they land; sites are ringed and have their name. A line leads to
 * the site from those that a better one could serve. What it shows, tables say, too.
 */
import { geoPath, type GeoProjection } from 'd3-geo';

import { h, svg, type Child } from '../dom.js';
import { placeName, shareWords, siteIndex, spotWords, type Report, type Spot } from '../landing.js';
import { shapeClass, shapePath } from '../marks.js';
import { count } from '../text.js';
import { fitted, ground, HEIGHT, shows, WIDTH, type Degrees } from './ground.js';

const LEAST = 2.8;
const MOST = 9;
const SITE = 6.2;
const WAYS = 40; // lines: those that cost most

type Placed = { readonly latitude: number | null; readonly longitude: number | null };

function degrees(place: Placed): Degrees | null {
  return place.latitude === null || place.longitude === null ? null : [place.longitude, place.latitude];
}

const cost = (spot: Spot): number => spot.weight * Math.max(spot.inflation_ms ?? 0, (spot.inflation_km ?? 0) / 100);

/** A site's mark beside words; `astray`: as of those that a better site could serve. */
export function siteMark(index: number, astray = false): SVGSVGElement {
  return svg('svg', { class: `site-mark ${shapeClass(index)}`, viewBox: '-8 -8 16 16', 'aria-hidden': 'true' },
    svg('path', { class: astray ? 'dot astray' : 'dot', d: shapePath(index, 0, 0, 5.6) }));
}

function dots(report: Report, projection: GeoProjection): SVGElement[] {
  const most = Math.max(1, ...report.clients.map((spot) => spot.weight));
  return report.clients.flatMap((spot) => {
    const at = degrees(spot);
    const [x, y] = (at && projection([at[0], at[1]])) ?? [NaN, NaN];
    if (Number.isNaN(x)) return [];
    const index = siteIndex(report, spot.site);
    const radius = most === 1 ? LEAST * 1.5 : Math.max(LEAST, MOST * Math.sqrt(spot.weight / most));
    return [svg('path', { class: `dot ${shapeClass(index)}${spot.better_site === null ? '' : ' astray'}`, d: shapePath(index, x, y, radius) },
      svg('title', {}, spotWords(spot)))];
  });
}

function ways(report: Report, projection: GeoProjection): SVGElement[] {
  const path = geoPath(projection);
  const bad = report.clients.filter((spot) => spot.better_site !== null && degrees(spot) !== null).sort((a, b) => cost(b) - cost(a));
  return bad.slice(0, WAYS).flatMap((spot) => {
    const index = siteIndex(report, spot.site);
    const site = report.sites[index];
    const [from, to] = [degrees(spot), site ? degrees(site) : null];
    return from && to ? [svg('path', { class: `way ${shapeClass(index)}`, d: path({ type: 'LineString', coordinates: [[...from], [...to]] }) ?? '' })] : [];
  });
}

/** How large letters and marks are on a wide screen, and on a phone, which shows the same map smaller: as landing.css has them. */
const LOOKS = [{ name: 'wide', letter: 8.5, height: 15, mark: 1 }, { name: 'narrow', letter: 16.5, height: 28, mark: 1.9 }] as const;

type Point = readonly [x: number, y: number];
interface Box { readonly x: number; readonly y: number; readonly width: number; readonly height: number } // y: its lower edge

const covers = (box: Box, [x, y]: Point, by: number): boolean => x > box.x - by && x < box.x + box.width + by && y > box.y - box.height - by && y < box.y + by;
const overlap = (a: Box, b: Box): boolean => a.x < b.x + b.width && b.x < a.x + a.width && a.y - a.height < b.y && b.y - b.height < a.y;

/** Beside, below or above its site: within the map, where no other name is, and over as few clients as can be. */
function nameBox(site: Point, name: string, taken: readonly Box[], others: readonly Point[], look: (typeof LOOKS)[number]): Box {
  const [width, height] = [name.length * look.letter, look.height];
  const [x, y] = site;
  const away = SITE * 1.75 * look.mark + 3;
  const places: Box[] = [[x + away, y + height / 3], [x - away - width, y + height / 3], [x - width / 2, y + away + height * 0.8], [x - width / 2, y - away]]
    .map(([left = 0, bottom = 0]) => ({ x: left, y: bottom, width, height }));
  const badness = (box: Box): number => (box.x < 4 || box.x + width > WIDTH - 4 || box.y > HEIGHT - 4 || box.y - height < 4 ? 1000 : 0)
    + 100 * taken.filter((other) => overlap(box, other)).length + others.filter((dot) => covers(box, dot, 4 * look.mark)).length;
  return places.reduce((best, box) => (badness(box) < badness(best) ? box : best));
}

function names(sites: readonly { readonly name: string; readonly x: number; readonly y: number }[], others: readonly Point[]): SVGElement[] {
  return LOOKS.map((look) => {
    const taken: Box[] = [];
    return svg('g', { class: look.name }, sites.map((site) => {
      const box = nameBox([site.x, site.y], site.name, taken, [...others, ...sites.map((s): Point => [s.x, s.y])], look);
      taken.push(box);
      return svg('text', { class: 'name', x: (box.x + box.width / 2).toFixed(1), y: (box.y - box.height * 0.18).toFixed(1), 'text-anchor': 'middle' }, site.name);
    }));
  });
}

function siteElements(report: Report, projection: GeoProjection): SVGElement[] {
  const placed = report.sites.flatMap((site, index) => {
    const at = degrees(site);
    const [x, y] = (at && projection([at[0], at[1]])) ?? [NaN, NaN];
    return Number.isNaN(x) ? [] : [{ ...site, index, x, y }];
  });
  return [
    ...placed.map((site) => svg('g', { class: shapeClass(site.index) },
      svg('path', { class: 'dot', d: shapePath(site.index, site.x, site.y, SITE) }, svg('title', {}, `${site.name}, ${placeName(site)}`)),
      svg('circle', { class: 'ring', cx: site.x.toFixed(1), cy: site.y.toFixed(1), r: SITE * 1.75 }))),
    ...names(placed, report.clients.flatMap((spot) => {
      const at = degrees(spot);
      const dot = at && projection([at[0], at[1]]);
      return dot ? [dot] : [];
    })),
  ];
}

function legend(report: Report): Child {
  return h('ul', { class: 'plain legend', 'aria-label': 'Sites and what lands there' },
    report.sites.map((site, index) => h('li', {}, siteMark(index), h('b', {}, site.name), ` ${site.city ?? ''} `,
      h('span', { class: 'faint' }, `${shareWords(report, site.after.share)}, ${count(site.after.clients, 'client')}`))),
    report.after.at_several_sites.clients > 0 && h('li', { class: 'faint' }, siteMark(-1), `at several sites: ${report.after.at_several_sites.clients}`),
    report.better.length > 0 && h('li', { class: 'faint' }, siteMark(0, true), 'edged, with a line to its site: another one is quicker or nearer'));
}

/** Whether there is anything to be shown. */
export function hasMap(report: Report): boolean {
  return report.clients.some((spot) => degrees(spot) !== null);
}

/** It keeps its part of the world while clients come, as long as all are in it. */
export class ClientMap {
  private projection: GeoProjection | null = null;
  private readonly land = svg('g', {});
  private readonly things = svg('g', {});
  private readonly below = h('div', {});
  readonly element = h('figure', { class: 'landing' },
    h('div', { class: 'frame' }, svg('svg', {
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': 'Map of the clients by the site where they land; the tables say the same',
    }, this.land, this.things)), this.below);

  draw(report: Report): void {
    const all = [...report.sites, ...report.clients].map(degrees).filter((at): at is Degrees => at !== null);
    if (this.projection === null || !shows(this.projection, all)) {
      this.projection = fitted(all);
      this.land.replaceChildren(...ground(this.projection));
    }
    this.things.replaceChildren(...ways(report, this.projection), ...dots(report, this.projection), ...siteElements(report, this.projection));
    this.below.replaceChildren(h('div', {}, legend(report)));
  }
}
