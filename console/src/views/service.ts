/** One service: where it stands, site by site, its orders and rollouts, what happened, what it is. */
import { ask, list, maybe, path } from '../api.js';
import { button, h, type Child } from '../dom.js';
import type { LiveEvent } from '../live.js';
import { ordersOf, type Order } from '../orders.js';
import { empty, facts, mono } from '../parts.js';
import { link } from '../router.js';
import { isOver, rolloutsOf, type Rollout } from '../rollouts.js';
import { sweepSparks } from '../spark.js';
import { mayChange } from '../state.js';
import { serviceStatus, type SiteState } from '../status.js';
import { byName, time } from '../text.js';
import type { Service } from '../types.js';
import { view, type View } from '../view.js';
import { eventTable } from './event-table.js';
import { openDrain, openHold } from './order-forms.js';
import { openRollout, rolloutCard } from './rollout.js';
import { openServiceDelete, openServiceForm } from './service-form.js';
import { orderLine, siteCard } from './service-site.js';
import { isThe } from './services.js';

const EVENTS = 30;

interface Data {
  readonly service: Service; readonly etag: string; readonly status: SiteState[]; readonly orders: Order[] | null;
  readonly rollouts: Rollout[] | null; readonly events: LiveEvent[] | null;
}

async function fetchAll(project: string, name: string): Promise<Data> {
  const [service, status, orders, rollouts, events] = await Promise.all([
    ask<Service>('GET', path`/api/v1/projects/${project}/services/${name}`), serviceStatus(project, name), ordersOf(project, name),
    rolloutsOf(project, name), maybe(list<LiveEvent>(path`/api/v1/projects/${project}/events`, { service: name }, EVENTS))]);
  return { service: service.data, etag: service.etag, status, orders, rollouts, events };
}

function definition(service: Service): Child {
  return h('section', { 'aria-labelledby': 'definition' }, h('h2', { id: 'definition' }, 'What answers, and how it is checked'),
    h('pre', { tabindex: 0, 'aria-label': 'The document' }, JSON.stringify(service.document, null, 2)));
}

/** Whether it is to be there, or is there still. */
function isPlaced(service: Service, site: SiteState): boolean {
  return service.sites.includes(site.name) || site.hosts.some((host) => service.hosts.includes(host.name) || host.services.some((s) => isThe(s, service)));
}

function ladder(data: Data, changed: () => void): Child {
  const sites = data.status.filter((site) => isPlaced(data.service, site)).sort(byName);
  if (data.service.sites.length + data.service.hosts.length === 0) {
    return empty(h('p', {}, 'It is placed at no site yet: nothing announces it.'));
  }
  if (sites.length === 0) return empty(h('p', {}, 'It is placed at no site that is known.'));
  return sites.map((site) => siteCard(data.service, site, data.orders, changed));
}

export function serviceView(project: string, name: string): View {
  let data: Data | null = null;
  const changed = (): void => void v.load();
  const target = { project, service: name, site: null };
  const placed = (): string[] => (data?.status ?? []).filter((site) => data && isPlaced(data.service, site)).map((s) => s.name);
  const v = view<Data>({
    title: name,
    actions: mayChange() && [
      button('Rolling drain', () => data && openRollout(data.service, placed(), changed), { 'data-key': 'rolling' }),
      button('Drain everywhere', () => openDrain(target, changed), { 'data-key': 'drain-all' }),
      button('Hold', () => openHold(target, changed), { 'data-key': 'hold-all', 'aria-label': 'Hold everywhere' }),
      button('Change', () => data && openServiceForm(project, data.service, data.etag, changed), { 'data-key': 'change' }),
      button('Delete', () => data && openServiceDelete(data.service, data.etag), { 'data-key': 'delete' })],
  }, () => fetchAll(project, name), (fresh) => {
    data = fresh;
    queueMicrotask(sweepSparks);
    const s = fresh.service;
    const everywhere = (fresh.orders ?? []).filter((o) => o.site === null && o.host === null);
    const rollouts = (fresh.rollouts ?? []).filter((r, i) => !isOver(r) || i === 0);
    return [
      s.warnings.length > 0 && h('ul', { class: 'plain warn' }, s.warnings.map((w) => h('li', {}, `Warning: ${w}.`))),
      facts(['Addresses', s.prefixes.length > 0 ? h('ul', { class: 'plain' }, s.prefixes.map((p) => h('li', {}, mono(p)))) : 'none'],
        ['Placed at', [...s.sites, ...s.hosts].join(', ') || 'no site'], ['Have to stay', `${s.min_sites} of its sites`],
        ['Description', s.description || '–'], ['Project', h('a', { href: link(s.project, 'services') }, s.project)], ['Made', time(s.created_at)]),
      everywhere.length > 0 && h('ul', { class: 'plain orders' }, everywhere.map((o) => orderLine(o, changed, ' everywhere'))),
      rollouts.length > 0 && h('section', { 'aria-labelledby': 'rollouts' }, h('h2', { id: 'rollouts' }, 'Rolling changes'), rollouts.map((r) => rolloutCard(s, r, fresh.status, changed))),
      h('section', { 'aria-labelledby': 'ladder' }, h('h2', { id: 'ladder' }, 'The ladder, site by site'), ladder(fresh, changed)),
      fresh.events !== null && h('section', { 'aria-labelledby': 'history' }, h('h2', { id: 'history' }, 'History'),
        fresh.events.length > 0 ? eventTable(fresh.events) : empty(h('p', {}, 'Nothing has happened yet.'))),
      definition(s)];
  });
  return { ...v, leave: () => queueMicrotask(sweepSparks) };
}
