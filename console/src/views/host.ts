/** One host: whether it is heard of, what it was told and has done, its network, what it announces. */
import { ask, get, list, maybe, path, Problem } from '../api.js';
import { button, h, type Child } from '../dom.js';
import type { Order } from '../orders.js';
import { chips, empty, facts, mono, presenceBadge, problemBox, table } from '../parts.js';
import { isPresent } from '../presence.js';
import { isAdministrator } from '../state.js';
import { count, time } from '../text.js';
import type { Host, Network, Site } from '../types.js';
import { view, type View } from '../view.js';
import { hostStatus, type HostState } from '../status.js';
import { checksTable } from './checks.js';
import { addressTable, neighborTable } from './stages.js';
import { openHostChange, openHostDelete } from './host-form.js';
import { openHostMove } from './host-move.js';
import { openJoin } from './join.js';
import { openNetwork } from './network-form.js';
import { openDrain } from './order-forms.js';
import { orderLine } from './service-site.js';
import { revisionBadge } from './sites.js';

interface Data {
  readonly host: Host; readonly network: Network | null; readonly networkTag: string; readonly status: HostState | null;
  readonly orders: readonly Order[]; // that hold for it, through itself or its site; only administrators see them
}

function networkPart(data: Data, changed: () => void): Child {
  const n = data.network;
  return h('section', { 'aria-labelledby': 'network' },
    h('div', { class: 'heading' }, h('h2', { id: 'network' }, 'Network'),
      isAdministrator() && button('Edit', () => openNetwork(data.host.name, n, data.networkTag, changed), { 'aria-label': 'Edit the network', 'data-key': 'network' })),
    n !== null && n.addresses.length > 0 ? table(count(n.addresses.length, 'address', 'addresses'), [
      { head: 'Address', cell: (a) => mono(`${a.address}/${a.cidr}`) },
      { head: 'Gateway', cell: (a) => mono(a.gateway ?? '–') },
      { head: 'Use', cell: (a) => [a.public ? 'public' : 'private', a.management ? ', management' : ''] },
    ], n.addresses) : empty(h('p', {}, 'No address of its own is written down.')),
    n !== null && n.bgp_neighbors.length > 0 && table(count(n.bgp_neighbors.length, 'BGP neighbor written down', 'BGP neighbors written down'), [
      { head: 'Neighbor', cell: (b) => mono(b.peer_ips.join(', ')) },
      { head: 'Its AS', cell: (b) => b.peer_as },
      { head: 'Own AS', cell: (b) => b.customer_as },
      { head: 'From', cell: (b) => mono(b.customer_ip) },
      { head: 'Password', cell: (b) => (b.md5_enabled ? 'MD5' : 'none') },
      { head: 'Multihop', cell: (b) => (b.multihop ? 'yes' : 'no') },
    ], n.bgp_neighbors));
}

function announced(data: Data): Child {
  const s = data.status;
  if (!data.host.joined) {
    return data.host.seen_at === null
      ? empty(h('p', {}, 'It has not joined yet: nothing is known of it but what was written down.'))
      : empty(h('p', {}, 'It left ', time(data.host.seen_at), ': it has withdrawn what it announced from here, and nobody counts on it.'),
        h('p', {}, 'With a token that names it, it joins again.'));
  }
  if (s === null || (s.services.length === 0 && s.neighbors.length === 0)) return empty(h('p', {}, 'It has reported nothing yet.'));
  return [!s.present && h('p', { class: 'warn', role: 'status' }, 'It is away: this is what it said when it was heard of last, ', time(data.host.seen_at), '. What it announced then it may announce still.'),
  s.services.map((service) => h('div', {}, h('h3', {}, service.name,
    service.from === 'file' && h('span', { class: 'faint beside' }, ' from its own file')), addressTable(service, s.present),
    service.checks.length > 0 && checksTable(s.name, service, s.present))),
  s.neighbors.length > 0 && neighborTable(s.neighbors, s.present)];
}

/** Of the whole host: what goes before a move, or before its machine is switched off. */
function drainButton({ host, orders }: Data, changed: () => void): Child {
  const isDrained = orders.some((o) => o.kind === 'drain' && o.service === null && o.host === host.name);
  return isAdministrator() && host.joined && !isDrained && button('Drain', () => openDrain({ project: null, service: null, site: null, host: host.name }, changed), {
    'aria-label': `Drain all services of ${host.name}`, 'data-key': 'drain' });
}

export function hostView(name: string): View {
  let data: Data | null = null;
  const changed = (): void => void v.load();
  const join = async (): Promise<void> => {
    if (data) openJoin(await list<Site>('/api/v1/sites'), changed, { name: data.host.name, site: data.host.site });
  };
  const ofItself = (): Order[] => (data?.orders ?? []).filter((o) => o.host === name);
  const move = async (): Promise<void> => {
    if (data) await openHostMove(data.host, ofItself(), changed);
  };
  const v = view<Data>({
    title: name,
    actions: isAdministrator() && [
      button('Edit', () => data && openHostChange(data.host, changed), { 'data-key': 'edit' }),
      button('Move', () => void move(), { 'data-key': 'move', 'aria-label': `Move ${name} to another site` }),
      button('Let it join', () => void join(), { 'data-key': 'join' }),
      button('Delete', () => data && openHostDelete(data.host), { 'data-key': 'delete' })],
  }, async () => {
    const [host, network, status, orders] = await Promise.all([get<Host>(path`/api/v1/hosts/${name}`),
      maybe(ask<Network>('GET', path`/api/v1/hosts/${name}/network`)), hostStatus(name),
      isAdministrator() ? maybe(list<Order>('/api/v1/orders')) : null]);
    return {
      host, network: network?.data ?? null, networkTag: network?.etag ?? '', status,
      orders: (orders ?? []).filter((o) => o.host === name || (o.service === null && o.site === host.site)),
    };
  }, (fresh) => {
    data = fresh;
    const host = fresh.host;
    return [
      facts(['Presence', presenceBadge({ ...host, present: fresh.status?.present ?? isPresent(host) })], ['Heard of', time(host.seen_at)], ['Site', host.site],
        ['For', host.project ?? 'all projects'], ['Revision', revisionBadge(host)], ['Agent', host.agent_version ?? '–'],
        ['Joined', time(host.joined_at)], host.tags.length > 0 && ['Tags', chips(host.tags)],
        host.description !== '' && ['Description', host.description]),
      host.applied_error !== null && problemBox(new Problem(0, `It refused revision ${host.desired_revision}, and goes on with ${host.applied_revision ?? 'none'}`, host.applied_error)),
      fresh.orders.length > 0 && h('ul', { class: 'plain orders' }, fresh.orders.map((o) => orderLine(o, changed, '', true))),
      h('section', { 'aria-labelledby': 'announces' },
        h('div', { class: 'heading' }, h('h2', { id: 'announces' }, 'What it announces'), drainButton(fresh, changed)), announced(fresh)),
      networkPart(fresh, changed)];
  });
  return v;
}
