/** A distribution as a curve: how many have so much or less. Axes as src/report/chart.c and axis.c choose them. */
import { svg } from './dom.js';
import type { Cdf } from './landing.js';

const WIDTH = 560;
const HEIGHT = 280;
const LEFT = 52;
const RIGHT = 18;
const TOP = 14;
const BOTTOM = 50;
const STEPS = 6;
const LONG_TAIL = 4; // times as far as three quarters of the clients: a logarithm shows more
const ROUNDING = 1e-9;
const LEAST_MS = 1; // where a logarithmic axis begins; what is less stands there

export interface Axis { readonly logarithmic: boolean; readonly ticks: readonly number[]; readonly at: (value: number) => number }

/** The least value which that share does not exceed. */
export function valueAt(cdf: Cdf, share: number): number {
  return (cdf.find(([, its]) => its >= share) ?? cdf[cdf.length - 1] ?? [0, 0])[0];
}

function linear(upto: number): Axis {
  const most = upto > ROUNDING ? upto : 1; // as axis.c: of nothing but zeros
  const step = most / STEPS;
  const power = 10 ** Math.floor(Math.log10(step));
  const part = step / power;
  const nice = power * (part < Math.SQRT2 ? 1 : part < Math.sqrt(10) ? 2 : part < Math.sqrt(50) ? 5 : 10);
  const last = Math.max(1, Math.ceil(most / nice - 1e-9));
  const ticks = Array.from({ length: last + 1 }, (_, i) => Number((i * nice).toPrecision(12)));
  return { logarithmic: false, ticks, at: (value) => value / (last * nice) };
}

function logarithmic(least: number, most: number): Axis {
  const line = (i: number): number => [1, 2, 5][((i % 3) + 3) % 3]! * 10 ** Math.floor(i / 3);
  let from = 0;
  while (line(from + 1) <= least) from += 1;
  let to = from + 1;
  while (line(to) < most) to += 1;
  const all = Array.from({ length: to - from + 1 }, (_, i) => line(from + i));
  const [first = 1] = all;
  const end = all[all.length - 1] ?? 10;
  // of many, whole powers of ten are enough
  const ticks = all.length > 12 ? all.filter((tick, i) => i === 0 || /^10*$/.test(String(tick))) : all;
  return { logarithmic: true, ticks, at: (value) => Math.log(Math.max(value, first) / first) / Math.log(end / first) };
}

/** For all curves of a chart. */
export function axisOf(curves: readonly Cdf[]): Axis {
  const drawn = curves.filter((cdf) => cdf.length > 0);
  const most = Math.max(0, ...drawn.map((cdf) => cdf[cdf.length - 1]?.[0] ?? 0));
  const usual = Math.max(0, ...drawn.map((cdf) => valueAt(cdf, 75)));
  const least = Math.min(...drawn.map((cdf) => cdf[0]?.[0] ?? 0));
  return most > LONG_TAIL * Math.max(usual, LEAST_MS) ? logarithmic(Math.max(least, LEAST_MS), most) : linear(most);
}

const x = (axis: Axis, value: number): number => LEFT + Math.min(Math.max(axis.at(value), 0), 1) * (WIDTH - LEFT - RIGHT);
const y = (share: number): number => HEIGHT - BOTTOM - (share / 100) * (HEIGHT - TOP - BOTTOM);

/** Steps: a share is reached at a value, and not before. */
function curve(cdf: Cdf, axis: Axis): string {
  const steps = cdf.map(([value, share]) => `H${x(axis, value).toFixed(1)}V${y(share).toFixed(1)}`);
  return `M${x(axis, cdf[0]?.[0] ?? 0).toFixed(1)} ${y(0)}${steps.join('')}H${WIDTH - RIGHT}`;
}

export interface Chart { readonly label: string; readonly quantity: string; readonly now: Cdf; readonly before: Cdf }

/** `label` says it to who does not see it; the curve of before is dashed. */
export function chart(c: Chart): SVGSVGElement {
  const axis = axisOf([c.now, c.before]);
  return svg('svg', { class: 'cdf', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': c.label },
    [0, 25, 50, 75, 100].map((share) => [
      svg('line', { class: share === 0 ? 'base' : 'grid', x1: LEFT, x2: WIDTH - RIGHT, y1: y(share), y2: y(share) }),
      svg('text', { 'text-anchor': 'end', x: LEFT - 8, y: y(share) + 5 }, `${share}${share === 100 ? ' %' : ''}`)]),
    axis.ticks.map((tick, i) => [
      svg('line', { class: i === 0 ? 'base' : 'grid', x1: x(axis, tick), x2: x(axis, tick), y1: TOP, y2: HEIGHT - BOTTOM }),
      svg('text', { 'text-anchor': 'middle', x: x(axis, tick), y: HEIGHT - BOTTOM + 19 }, `${axis.logarithmic && i === 0 ? '≤ ' : ''}${tick.toLocaleString('en', { maximumFractionDigits: 6 })}`)]),
    svg('text', { 'text-anchor': 'end', x: WIDTH - RIGHT, y: HEIGHT - 8 }, c.quantity),
    c.before.length > 0 && svg('path', { class: 'curve was', d: curve(c.before, axis) }),
    c.now.length > 0 && svg('path', { class: 'curve is', d: curve(c.now, axis) }));
}
