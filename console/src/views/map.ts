/** Map: where the sites are and how they stand, live; and the same as a list, for whoever does not see the map. */
import { h, type Child } from '../dom.js';
import { badge, empty, presenceBadge, stageBadge } from '../parts.js';
import { link } from '../router.js';
import { allStatus, isUp, siteHealth, type HostState, type SiteState } from '../status.js';
import { byName, count, time } from '../text.js';
import { view, type View } from '../view.js';
import { filter } from './events.js';
import { world } from './world.js';

/** Only what concerns one service; '' leaves all. */
export function only(sites: readonly SiteState[], service: string): SiteState[] {
  if (service === '') return [...sites];
  return sites.map((site) => ({
    ...site, hosts: site.hosts.map((host) => ({ ...host, services: host.services.filter((s) => s.name === service) })),
  }));
}

export function serviceNames(sites: readonly SiteState[]): string[] {
  return [...new Set(sites.flatMap((site) => site.hosts.flatMap((host) => host.services.map((s) => s.name))))].sort();
}

function neighborWords(host: HostState): string {
  const up = host.neighbors.filter((n) => isUp(n.state)).length;
  return host.neighbors.length === 0 ? 'no neighbor' : `${up} of ${count(host.neighbors.length, 'neighbor')} established`;
}

function siteItem(site: SiteState): HTMLElement {
  const { stage, words, troubles } = siteHealth(site);
  const where = [site.city, site.country].filter(Boolean).join(', ');
  return h('li', { 'data-site': site.name, class: 'site-item' },
    h('h2', {}, h('a', { href: link('sites'), 'data-key': `list-${site.name}` }, site.name), ' ', h('span', { class: 'faint beside' }, where)),
    h('p', {}, stageBadge(stage), h('span', { class: 'faint' }, `, ${words}`), site.latitude === null && h('span', { class: 'faint' }, '; not on the map: it has no coordinates')),
    troubles.length > 0 && h('ul', { class: 'plain' }, troubles.map((t) => h('li', {}, badge('bad', 'cross', t)))),
    h('ul', { class: 'plain hosts' }, site.hosts.map((host) => h('li', {},
      h('a', { href: link('hosts', host.name) }, host.name), ' ', presenceBadge(host), ' ',
      host.joined && h('span', { class: 'faint' }, host.present ? neighborWords(host) : ['heard of ', time(host.seen_at)])))));
}

export function mapView(): View {
  const light = (name: string | null): void => {
    map.light(name);
    for (const item of v.element.querySelectorAll('.site-item')) item.classList.toggle('lit', item.getAttribute('data-site') === name);
  };
  const choose = (name: string): void => {
    [...v.element.querySelectorAll<HTMLElement>('.site-item a')].find((a) => a.getAttribute('data-key') === `list-${name}`)?.focus();
  };
  const map = world(light, choose);
  const service = h('select', { on: { change: () => v.redraw() } }, h('option', { value: '' }, 'All services'));
  const v = view<SiteState[]>({
    title: 'Map', above: [h('div', { class: 'filters' }, filter('map-service', 'Service', service)), h('div', { class: 'frame' }, map.element)],
  }, async () => (await allStatus()).sort(byName), (all): Child => {
    const was = service.value;
    const names = serviceNames(all);
    service.replaceChildren(h('option', { value: '' }, 'All services'), ...names.map((name) => h('option', { value: name, selected: name === was }, name)));
    const shown = only(all, service.value);
    map.draw(shown);
    if (all.length === 0) return empty(h('p', {}, 'There is no site yet.'));
    const list = h('ul', { class: 'plain site-list', 'aria-label': 'Sites' }, shown.map(siteItem));
    list.addEventListener('pointerover', (event) => light((event.target as Element).closest('.site-item')?.getAttribute('data-site') ?? null));
    list.addEventListener('pointerleave', () => light(null));
    list.addEventListener('focusin', (event) => map.light((event.target as Element).closest('.site-item')?.getAttribute('data-site') ?? null));
    return list;
  });
  return v;
}
