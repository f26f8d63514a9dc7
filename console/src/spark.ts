/** Spark lines: what a check took, minute by minute; where it failed there is a mark. Drawn by uPlot, told in words. */
import uPlot from 'uplot';

import { h } from './dom.js';
import { historyWords, type Point } from './history.js';

const WIDTH = 150;
const HEIGHT = 30;
const MINUTES = 60;

let drawn: { plot: uPlot; element: HTMLElement }[] = [];

/** Those that are no longer in the page let go of what they listen to. */
export function sweepSparks(): void {
  drawn = drawn.filter(({ plot, element }) => {
    if (element.isConnected) return true;
    plot.destroy();
    return false;
  });
}

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** A colour of the page, as the canvas wants it: light-dark() is resolved by the browser. */
function resolved(name: string): string {
  const probe = h('span', {});
  probe.style.color = `var(${name}, ${colour(name)})`;
  document.body.append(probe);
  const text = getComputedStyle(probe).color;
  probe.remove();
  return text;
}

/** Those without a neighbor: no line leads to them. */
function alone(points: readonly Point[]): number[] {
  return points.flatMap((p, i) => (p.ms !== null && (points[i - 1]?.ms ?? null) === null && (points[i + 1]?.ms ?? null) === null ? [i] : []));
}

export function spark(points: readonly Point[]): HTMLElement {
  const told = historyWords(points);
  const element = h('div', { class: 'spark', role: 'img', 'aria-label': told, title: told });
  if (points.length === 0) return element;
  const most = Math.max(1, ...points.map((p) => p.ms ?? 0));
  const line = resolved('--accent');
  const plot = new uPlot({
    width: WIDTH, height: HEIGHT, padding: [3, 3, 3, 3], legend: { show: false }, cursor: { show: false },
    axes: [{ show: false }, { show: false }], scales: { x: { time: false, range: [1 - MINUTES, 0] }, y: { range: [0, most * 1.1] } },
    series: [{}, { stroke: line, width: 1.5, points: { show: true, size: 4, fill: line, filter: () => alone(points) } },
      { stroke: resolved('--bad'), width: 0, points: { show: true, size: 5, fill: resolved('--bad') } }],
  }, [points.map((p) => -p.ago), points.map((p) => p.ms), points.map((p) => (p.failures > 0 ? p.ms ?? most : null))], element);
  drawn.push({ plot, element });
  return element;
}
