/** Sites & hosts: where machines stand, whether they are heard of, and whether they do what they are told to. */
import { list, maybe } from '../api.js';
import { button, h, type Child } from '../dom.js';
import { badge, chips, empty, presenceBadge, table } from '../parts.js';
import { link } from '../router.js';
import { isAdministrator } from '../state.js';
import { byName, count, time } from '../text.js';
import type { Host, JoinToken, Site } from '../types.js';
import type { Order } from '../orders.js';
import { isPresent } from '../presence.js';
import { view, type View } from '../view.js';
import { openHost } from './host-form.js';
import { joinTokens, openJoin } from './join.js';
import { openDrain } from './order-forms.js';
import { orderLine } from './service-site.js';
import { openSite } from './site-form.js';

interface Data { readonly sites: Site[]; readonly hosts: Host[]; readonly tokens: JoinToken[]; readonly orders: Order[] }

/** Whether it does what it is told: the revision it has, of that it should have. */
export function revisionBadge(host: Host): HTMLElement {
  const text = `${host.applied_revision ?? 0} of ${host.desired_revision}`;
  if (host.applied_error !== null) return badge('bad', 'cross', `${text}, refused`, host.applied_error);
  if (!host.joined) return h('span', { class: 'faint' }, '–');
  return host.applied_revision === host.desired_revision ? badge('good', 'full', text) : badge('waits', 'half', text);
}

export function place(site: Site): string {
  return [site.city, site.country].filter((part) => part !== '').join(', ');
}

function hostsTable(site: Site, hosts: readonly Host[]): HTMLElement {
  return table(`${count(hosts.length, 'host')} at ${site.name}`, [
    { head: 'Host', cell: (host) => h('a', { href: link('hosts', host.name), 'data-key': `host-${host.id}` }, host.name) },
    { head: 'Presence', cell: (host) => presenceBadge({ ...host, present: isPresent(host) }), class: 'tight' },
    { head: 'Heard of', cell: (host) => time(host.seen_at), class: 'tight' },
    { head: 'Revision', cell: revisionBadge, class: 'tight' },
    { head: 'Agent', cell: (host) => host.agent_version ?? '' },
    { head: 'For', cell: (host) => host.project ?? 'all projects' },
    { head: 'Tags', cell: (host) => chips(host.tags) },
    { head: 'Description', cell: (host) => host.description, class: 'words' },
  ], hosts, (host) => host.name);
}

/** What was ordered for all services of the site, or of a host of it. */
function ordersHere(site: Site, hosts: readonly Host[], orders: readonly Order[]): Order[] {
  return orders.filter((o) => o.service === null && (o.site === site.name || hosts.some((host) => host.name === o.host)));
}

function siteSection(site: Site, hosts: readonly Host[], orders: readonly Order[], changed: () => void): Child {
  const id = `site-${site.id}`;
  const target = { project: null, service: null, site: site.name };
  const drained = orders.some((o) => o.kind === 'drain' && o.site === site.name);
  return h('section', { 'aria-labelledby': id, 'data-site': site.name },
    h('div', { class: 'heading' },
      h('h2', { id }, site.name, ' ', h('span', { class: 'faint beside' }, place(site))),
      isAdministrator() && h('div', { class: 'actions' },
        !drained && hosts.length > 0 && button('Drain', () => openDrain(target, changed), { 'aria-label': `Drain all services of ${site.name}`, 'data-key': `drain-${site.id}` }),
        button('Edit', () => openSite(site, changed), { 'aria-label': `Edit ${site.name}`, 'data-key': `edit-${site.id}` }),
        button('Add a host', () => openHost(site.name, changed), { 'aria-label': `Add a host at ${site.name}`, 'data-key': `add-${site.id}` }))),
    site.description !== '' && h('p', {}, site.description),
    orders.length > 0 && h('ul', { class: 'plain orders' }, orders.map((o) => orderLine(o, changed))),
    hosts.length > 0 ? hostsTable(site, hosts) : empty(h('p', {}, `No host has joined ${site.name} yet.`)));
}

export function sitesView(): View {
  const changed = (): void => void v.load();
  let sites: readonly Site[] = [];
  const v = view<Data>({
    title: 'Sites & hosts',
    actions: isAdministrator() && [
      button('Let a host join', () => openJoin(sites, changed), { 'data-key': 'join' }),
      button('Add a site', () => openSite(null, changed), { class: 'primary', 'data-key': 'add-site' })],
  }, async () => {
    const [all, hosts, tokens, orders] = await Promise.all([list<Site>('/api/v1/sites'), list<Host>('/api/v1/hosts'),
      isAdministrator() ? maybe(list<JoinToken>('/api/v1/join-tokens')) : null,
      isAdministrator() ? maybe(list<Order>('/api/v1/orders')) : null]);
    return { sites: all.sort(byName), hosts: hosts.sort(byName), tokens: tokens ?? [], orders: orders ?? [] };
  }, (data) => {
    sites = data.sites;
    if (data.sites.length === 0) {
      return empty(h('p', {}, 'There is no site yet.'),
        h('p', { class: 'faint' }, 'A site is a place where hosts stand: add one, then let its first host join.'));
    }
    return [data.sites.map((site) => {
      const hosts = data.hosts.filter((host) => host.site === site.name);
      return siteSection(site, hosts, ordersHere(site, hosts, data.orders), changed);
    }), joinTokens(data.tokens, changed)];
  });
  return v;
}
