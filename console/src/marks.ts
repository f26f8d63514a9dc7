/**
 * The mark of a site: a shape and a colour, so that neither has to be seen. As src/report/shapes.h has them: there are as many
 * colours as shapes, and the ninth site has the first colour with another shape.
 */
const SHAPES = 8;
const NONE = -1;

const point = (command: string, x: number, y: number): string => `${command}${x.toFixed(2)} ${y.toFixed(2)}`;

/** Corners around the middle, the first one at `turn` (a quarter: down); every other one only at `inner` of the radius. */
function corners(x: number, y: number, r: number, count: number, turn: number, inner = 1): string {
  return `${Array.from({ length: count }, (_, i) => {
    const angle = (turn + i / count) * 2 * Math.PI;
    const far = i % 2 === 1 ? r * inner : r;
    return point(i === 0 ? 'M' : 'L', x + far * Math.cos(angle), y + far * Math.sin(angle));
  }).join('')}z`;
}

const circle = (x: number, y: number, r: number): string => (
  `${point('M', x - r, y)}a${r} ${r} 0 1 1 ${2 * r} 0a${r} ${r} 0 1 1 ${-2 * r} 0z`);

/** Five squares. */
function cross(x: number, y: number, r: number): string {
  const arm = (2 * r) / 3;
  const turns: readonly (readonly [number, number])[] = [[1, 0], [0, 1], [-1, 0], [0, -1]];
  return `${point('M', x - arm / 2, y - 1.5 * arm)}${turns.map(([right, down], i) => (
    point('l', right * arm, down * arm) + point('l', -down * arm, right * arm) + (i < 3 ? point('l', right * arm, down * arm) : ''))).join('')}z`;
}

/** The `d` of a path around (x, y); all shapes have the area of a circle of that radius. NONE: of no site. */
export function shapePath(site: number, x: number, y: number, r: number): string {
  if (site === NONE) return circle(x, y, r);
  switch ((site + Math.floor(site / SHAPES)) % SHAPES) {
    case 1: return corners(x, y, r * 1.253, 4, 0.125);
    case 2: return corners(x, y + r * 0.2, r * 1.555, 3, -0.25);
    case 3: return corners(x, y, r * 1.253, 4, 0);
    case 4: return corners(x, y - r * 0.2, r * 1.555, 3, 0.25);
    case 5: return cross(x, y, r * 1.19);
    case 6: return corners(x, y, r * 1.5, 10, -0.25, 0.45);
    case 7: return corners(x, y, r * 1.1, 6, 0);
    default: return circle(x, y, r);
  }
}

/** The class of a site's colour. */
export function shapeClass(site: number): string {
  return site === NONE ? 'cn' : `c${site % SHAPES}`;
}
