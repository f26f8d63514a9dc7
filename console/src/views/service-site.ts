/** A service at one site: the stage of each address on each host, why, what was ordered, and the buttons for it. */
import { button, h, isNarrow, type Child } from '../dom.js';
import { ordersAt, orderPlace, type Order } from '../orders.js';
import { badge, empty, mono, presenceBadge, stageBadge, table, verdictBadge } from '../parts.js';
import { isAdministrator, mayChange } from '../state.js';
import { bestStage, type DrainProgress, type HostState, type ServiceState, type SiteState } from '../status.js';
import { span, time } from '../text.js';
import type { Service } from '../types.js';
import { checksTable } from './checks.js';
import { openDrain, openEnd, openHold } from './order-forms.js';
import { isThe } from './services.js';

interface Line { readonly host: HostState; readonly state: ServiceState; readonly prefix: string; readonly index: number }

/** How far a drain is, in words. */
export function drainWords(drain: DrainProgress): string {
  if (drain.phase === 'done') return `drained: ${drain.ended_why ?? 'done'}`;
  const left = drain.connections === null || drain.connections === undefined ? '' : `, ${drain.connections} of ${drain.most_connections ?? drain.connections} connections left`;
  const time_ = drain.left_ms === null || drain.left_ms === undefined ? '' : `, ${span(drain.left_ms / 1000)} at most`;
  return `draining${left}${time_}`;
}

function drainProgress(host: HostState, state: ServiceState): Child {
  const d = state.drain;
  if (d === null) return null;
  const most = d.most_connections ?? 0;
  return h('div', { class: 'progress' }, badge('waits', d.phase === 'done' ? 'none' : 'half', `${host.name}: ${drainWords(d)}`),
    d.phase !== 'done' && most > 0 && h('progress', { max: most, value: most - (d.connections ?? most), 'aria-label': `Drain of ${host.name}` }));
}

function stages(site: SiteState, lines: readonly Line[]): HTMLElement {
  return table(`Stages at ${site.name}`, [
    { head: 'Host', cell: (l) => [l.host.name, !l.host.present && [' ', presenceBadge(l.host)]] },
    { head: 'Address', cell: (l) => mono(l.prefix) },
    { head: 'Stage', cell: (l) => stageBadge(l.state.addresses[l.index]?.stage ?? null, l.host.present), class: 'tight' },
    { head: 'Verdict', cell: (l) => verdictBadge(l.state.addresses[l.index]?.verdict ?? 'unknown', l.host.present), class: 'tight' },
    { head: 'Why', cell: (l) => l.state.addresses[l.index]?.reason ?? '', class: 'words' },
    { head: 'Since', cell: (l) => time(l.state.addresses[l.index]?.since), class: 'tight' },
  ], lines, (l) => `${l.host.name} ${l.prefix}`);
}

/** named: also of which service, where all of a page are not of one. */
export function orderLine(order: Order, done: () => void, where = '', named = false): HTMLElement {
  const end = order.kind === 'drain' ? 'Undrain' : 'Release';
  return h('li', { class: 'order' },
    badge('waits', order.kind === 'drain' ? 'half' : 'full', [order.kind === 'drain' ? 'Drain' : 'Hold', order.service === null ? ' of all services' : named && ` of ${order.service}`, ', ', orderPlace(order)]),
    // one piece of the row, that no gap of it falls between words
    h('span', {}, 'by ', h('b', {}, order.by), ' ', time(order.created_at), order.reason !== '' && [': ', order.reason],
      order.expires_at !== null && [', ends ', time(order.expires_at)]),
    (order.project === null ? isAdministrator() : mayChange()) && button(end, () => openEnd(order, done), {
      'aria-label': `${end} ${orderPlace(order)}${where}`, 'data-key': `end-${order.id}${where}`,
    }));
}

export function siteCard(service: Service, site: SiteState, orders: readonly Order[] | null, done: () => void): HTMLElement {
  const placed = site.hosts.filter((host) => service.sites.includes(site.name) || service.hosts.includes(host.name) || host.services.some((s) => isThe(s, service)));
  const lines = placed.flatMap((host) => host.services.filter((s) => isThe(s, service)).flatMap((state) => (
    state.addresses.map((a, index) => ({ host, state, prefix: a.prefix, index })))));
  const silent = placed.filter((host) => !lines.some((l) => l.host === host));
  const stage = bestStage(lines.filter((l) => l.host.present).flatMap((l) => l.state.addresses[l.index]?.stage ?? []));
  const here = ordersAt(orders ?? [], site.name, placed.map((host) => host.name)).filter((o) => o.site !== null || o.host !== null);
  const target = { project: service.project, service: service.name, site: site.name };
  const id = `at-${site.name}`;
  const drained = here.some((o) => o.kind === 'drain' && o.site === site.name);
  return h('section', { class: 'card', 'aria-labelledby': id, 'data-site': site.name },
    h('div', { class: 'heading' },
      h('h3', { id }, site.name, ' ', h('span', { class: 'faint beside' }, site.city), ' ', h('span', { class: 'beside' }, stageBadge(stage))),
      mayChange() && orders !== null && h('div', { class: 'actions' },
        !drained && button('Drain', () => openDrain(target, done), { 'aria-label': `Drain ${site.name}`, 'data-key': `drain-${site.name}` }),
        !here.some((o) => o.kind === 'hold') && button('Hold', () => openHold(target, done), { 'aria-label': `Hold ${site.name}`, 'data-key': `hold-${site.name}` }))),
    here.length > 0 && h('ul', { class: 'plain orders' }, here.map((o) => orderLine(o, done))),
    placed.flatMap((host) => host.services.filter((s) => isThe(s, service)).map((state) => drainProgress(host, state))),
    lines.length > 0 && stages(site, lines),
    silent.length > 0 && empty(h('ul', { class: 'plain' }, silent.map((host) => h('li', {}, h('b', {}, host.name), ' ', presenceBadge(host), host.joined && ' has not reported this service')))),
    placed.length === 0 && empty(h('p', {}, 'No host has joined here yet.')),
    placed.flatMap((host) => host.services.filter((s) => isThe(s, service) && s.checks.length > 0).map((state) => (
      h('details', { 'data-key': `checks-${host.name}`, open: !isNarrow() }, h('summary', { 'data-key': `summary-${host.name}` }, `Checks on ${host.name}`, !host.present && [', as of ', time(host.seen_at)]), checksTable(host.name, state, host.present))))));
}
