/** Tables of what a host reports: the stage of each address, why and since when; its neighbors. */
import { h, type Child } from '../dom.js';
import { badge, formerBadge, mono, stageBadge, table, verdictBadge } from '../parts.js';
import { count, time } from '../text.js';
import { isUp, type NeighborState, type ServiceState } from '../status.js';

export function addressTable(service: Pick<ServiceState, 'addresses'>, now: boolean): HTMLElement {
  return table(count(service.addresses.length, 'address', 'addresses'), [
    { head: 'Address', cell: (a) => mono(a.prefix) },
    { head: 'Stage', cell: (a) => stageBadge(a.stage, now), class: 'tight' },
    { head: 'Verdict', cell: (a) => verdictBadge(a.verdict, now), class: 'tight' },
    { head: 'Why', cell: (a) => a.reason, class: 'words' },
    { head: 'Since', cell: (a) => time(a.since), class: 'tight' },
  ], service.addresses, (a) => a.prefix);
}

/** A neighbor's state: only one is well. */
export function neighborBadge(state: string, now = true): HTMLElement {
  if (!now) return formerBadge(state);
  return isUp(state) ? badge('good', 'full', state) : badge('bad', 'none', state);
}

export function neighborTable(neighbors: readonly NeighborState[], now: boolean): Child {
  return h('div', {}, table(count(neighbors.length, 'BGP neighbor'), [
    { head: 'Neighbor', cell: (n) => n.name },
    { head: 'Address', cell: (n) => mono(n.address) },
    { head: 'AS', cell: (n) => n.peer_as ?? '' },
    { head: 'State', cell: (n) => neighborBadge(n.state, now), class: 'tight' },
    { head: 'Since', cell: (n) => time(n.since), class: 'tight' },
  ], neighbors));
}
