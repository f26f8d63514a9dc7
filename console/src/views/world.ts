/** The world: land, and a mark for each site. Drawn once; the marks are what changes. */
import { svg } from '../dom.js';
import { siteHealth, type SiteState } from '../status.js';
import { ground, HEIGHT, WIDTH, wholeWorld } from './ground.js';

const LABEL = 14; // from a mark to its name

const projection = wholeWorld();

export interface Mark { readonly x: number; readonly y: number; readonly site: SiteState; readonly left: boolean }

/** Where the sites are on the map; a name goes to the left where another site's would be under it. */
export function marks(sites: readonly SiteState[]): Mark[] {
  const placed: Mark[] = [];
  for (const site of sites) {
    const at = site.latitude === null || site.longitude === null ? null : projection([site.longitude, site.latitude]);
    if (!at) continue;
    const [x, y] = at;
    const crowded = placed.some((m) => !m.left && Math.abs(m.y - y) < 16 && Math.abs(m.x - x) < 70);
    placed.push({ x, y, site, left: crowded || x > WIDTH - 70 });
  }
  return placed;
}

export interface World {
  readonly element: SVGSVGElement;
  readonly draw: (sites: readonly SiteState[]) => void;
  readonly light: (name: string | null) => void;
}

/** `pointed`: a site is under the mouse or has the focus, or none is. */
export function world(pointed: (name: string | null) => void, chosen: (name: string) => void): World {
  const sites = svg('g', {});
  const element = svg('svg', { class: 'world', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'group', 'aria-label': 'Map of the sites' },
    ground(projection), sites);

  const mark = (m: Mark): SVGGElement => {
    const { stage, words, troubles } = siteHealth(m.site);
    const group = svg('g', {
      class: `mark stage-${stage ?? 'unknown'}${troubles.length > 0 ? ' troubled' : ''}`, transform: `translate(${m.x.toFixed(1)} ${m.y.toFixed(1)})`,
      tabindex: 0, role: 'button', 'data-site': m.site.name, 'data-key': `mark-${m.site.name}`,
      'aria-label': `${m.site.name}, ${m.site.city}: ${words}${troubles.length > 0 ? `; ${troubles.join('; ')}` : ''}`,
    },
    svg('g', { class: 'glyph' },
      svg('circle', { class: 'halo', r: 15 }), svg('circle', { class: 'ring', r: 6.5 }),
      stage === 'backup' && svg('path', { class: 'inner', d: 'M0-6.5A6.5 6.5 0 0 0 0 6.5Z' }),
      stage === 'preferred' && svg('circle', { class: 'inner', r: 6.5 }),
      troubles.length > 0 && svg('path', { class: 'alarm', d: 'M6-14l6 6M12-14l-6 6' }),
      svg('text', { x: m.left ? -LABEL : LABEL, y: 5, 'text-anchor': m.left ? 'end' : 'start' }, m.site.name)));
    group.addEventListener('pointerenter', () => pointed(m.site.name));
    group.addEventListener('pointerleave', () => pointed(null));
    group.addEventListener('focus', () => pointed(m.site.name));
    group.addEventListener('blur', () => pointed(null));
    group.addEventListener('click', () => chosen(m.site.name));
    group.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      event.preventDefault();
      chosen(m.site.name);
    });
    return group;
  };
  return {
    element,
    draw: (all) => {
      const focused = document.activeElement?.getAttribute('data-key');
      sites.replaceChildren(...marks(all).map(mark));
      if (focused?.startsWith('mark-')) [...sites.children].find((g) => g.getAttribute('data-key') === focused && (g as SVGElement).focus());
    },
    light: (name) => {
      for (const g of sites.children) g.classList.toggle('lit', g.getAttribute('data-site') === name);
    },
  };
}
