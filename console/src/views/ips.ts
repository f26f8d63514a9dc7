/** IPs & Networks: the Global IPs of a project, what each is used for, its quotas, and the pools they come from. */
import { list, get, maybe, path } from '../api.js';
import { button, h, type Child } from '../dom.js';
import { badge, chips, empty, meter, mono, table } from '../parts.js';
import { link } from '../router.js';
import { isAdministrator, mayChange } from '../state.js';
import { count, familyName, prefixSize, time } from '../text.js';
import type { GlobalIp, Pool, Project } from '../types.js';
import { view, type View } from '../view.js';
import { openChange, openRelease } from './ip-change.js';
import { openOrder } from './ip-order.js';
import { openPool } from './pool.js';

interface Data { readonly ips: GlobalIp[]; readonly pools: Pool[]; readonly project: Project }

/** Whether all words of the filter stand somewhere in what is shown of it. */
export function fits(ip: GlobalIp, filter: string): boolean {
  const text = [ip.prefix, ...ip.addresses, ip.pool, ip.service ?? '', ip.description, ...ip.tags].join(' ').toLowerCase();
  return filter.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

function usedBy(ip: GlobalIp): Child {
  if (ip.state === 'quarantined') return ['resting until ', time(ip.quarantined_until)];
  if (ip.service === null) return h('span', { class: 'faint' }, 'nothing yet');
  return h('a', { href: link(ip.project, 'services', ip.service) }, ip.service);
}

function addressesCell(ip: GlobalIp): Child {
  return [mono(ip.prefix, { 'data-prefix': ip.prefix }), ip.quantity > 1 && h('details', { 'data-key': `addresses-${ip.id}` },
    h('summary', {}, count(ip.quantity, 'address', 'addresses')),
    h('ul', { class: 'plain mono' }, ip.addresses.map((a) => h('li', {}, a))))];
}

function ipTable(ips: readonly GlobalIp[], changed: () => void): HTMLElement {
  return table(count(ips.length, 'Global IP'), [
    { head: 'Addresses', cell: addressesCell },
    { head: 'Used by', cell: usedBy },
    { head: 'Pool', cell: (ip) => ip.pool },
    { head: 'Tags', cell: (ip) => chips(ip.tags) },
    { head: 'Description', cell: (ip) => ip.description, class: 'words' },
    { head: 'Ordered', cell: (ip) => time(ip.created_at), class: 'tight' },
    { head: '', class: 'buttons', cell: (ip) => mayChange() && ip.state === 'active' && [
      button('Edit', () => openChange(ip, changed), { 'aria-label': `Edit ${ip.prefix}`, 'data-key': `edit-${ip.id}` }),
      button('Release', () => openRelease(ip, changed), { 'aria-label': `Release ${ip.prefix}`, 'data-key': `release-${ip.id}` }),
    ] },
  ], ips, (ip) => ip.prefix);
}

function poolTable(pools: readonly Pool[], changed: () => void): HTMLElement {
  return table(count(pools.length, 'pool'), [
    { head: 'Pool', cell: (p) => p.name },
    { head: 'Prefix', cell: (p) => mono(p.prefix) },
    { head: 'Announced as', cell: (p) => (p.announced_as === 'aggregate' ? 'aggregate' : 'host routes') },
    { head: 'Ordered', cell: (p) => `${p.ordered.toLocaleString('en')} of ${prefixSize(p.prefix) > 1e6 ? 'very many' : prefixSize(p.prefix).toLocaleString('en')}` },
    { head: 'Resting', cell: (p) => p.quarantined.toLocaleString('en') },
    { head: 'For', cell: (p) => p.project ?? 'all projects' },
    { head: 'Orders', cell: (p) => (p.open ? badge('good', 'full', 'open') : badge('waits', 'none', 'closed')) },
    { head: 'Description', cell: (p) => p.description, class: 'words' },
    { head: '', class: 'buttons', cell: (p) => isAdministrator() && button('Edit', () => openPool(p, changed), { 'aria-label': `Edit pool ${p.name}`, 'data-key': `pool-${p.id}` }) },
  ], pools);
}

function filters(changed: () => void): { element: HTMLElement; text: () => string; family: () => string; state: () => string } {
  const text = h('input', { type: 'search', id: 'filter', placeholder: 'address, tag, service…', on: { input: changed } });
  const family = h('select', { id: 'family', on: { change: changed } },
    [['', 'Both'], ['ipv4', 'IPv4'], ['ipv6', 'IPv6']].map(([value, words]) => h('option', { value }, words)));
  const state = h('select', { id: 'state', on: { change: changed } },
    [['active', 'In hand'], ['quarantined', 'Resting'], ['all', 'All']].map(([value, words]) => h('option', { value }, words)));
  return {
    element: h('div', { class: 'filters', role: 'search', 'aria-label': 'Global IPs' },
      h('div', {}, h('label', { for: 'filter' }, 'Filter'), text),
      h('div', {}, h('label', { for: 'family' }, 'Family'), family),
      h('div', {}, h('label', { for: 'state' }, 'State'), state)),
    text: () => text.value, family: () => family.value, state: () => state.value,
  };
}

function ipsPart(data: Data, shown: readonly GlobalIp[], changed: () => void): Child {
  if (data.ips.length === 0) {
    return empty(h('p', {}, `Project ${data.project.name} has no Global IP yet.`),
      h('p', { class: 'faint' }, 'A Global IP is a block of 1, 2 or 4 addresses that all of your sites can announce. Order one, then put it on a service.'));
  }
  if (shown.length === 0) return empty(h('p', {}, 'No Global IP fits the filter.'));
  return ipTable(shown, changed);
}

export function ipsView(project: string): View {
  const order = button('Order a Global IP', () => { if (last) openOrder(last.project, last.pools, () => void v.load()); },
    { class: 'primary', 'data-key': 'order' });
  let last: Data | null = null;
  const search = filters(() => v.redraw());
  const v = view<Data>({ title: 'IPs & Networks', actions: mayChange() && order, above: search.element }, async () => {
    const [ips, pools, own] = await Promise.all([
      list<GlobalIp>(path`/api/v1/projects/${project}/global-ips`, { state: 'all' }),
      maybe(list<Pool>('/api/v1/pools')), get<Project>(path`/api/v1/projects/${project}`)]);
    return { ips, pools: pools ?? [], project: own };
  }, (data) => {
    last = data;
    const shown = data.ips.filter((ip) => (search.family() === '' || ip.family === search.family())
      && (search.state() === 'all' || ip.state === search.state()) && fits(ip, search.text()));
    const changed = (): void => void v.load();
    return [
      h('div', { class: 'meters' }, meter(`${familyName('ipv4')} addresses`, data.project.ipv4, data.project.max_ipv4),
        meter(`${familyName('ipv6')} addresses`, data.project.ipv6, data.project.max_ipv6)),
      h('section', { 'aria-label': 'Global IPs' }, ipsPart(data, shown, changed)),
      h('section', { 'aria-labelledby': 'pools' },
        h('div', { class: 'heading' }, h('h2', { id: 'pools' }, 'Networks'),
          isAdministrator() && button('Add a pool', () => openPool(null, changed), { 'data-key': 'add-pool' })),
        data.pools.length > 0 ? poolTable(data.pools, changed)
          : empty(h('p', {}, 'There is no pool yet: a pool is a prefix that Global IPs are cut from.'))),
    ];
  });
  return v;
}
