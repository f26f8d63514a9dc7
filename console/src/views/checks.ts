/** The checks of a service on a host, with what they took lately. */
import { h } from '../dom.js';
import { points } from '../history.js';
import { mono, table, verdictBadge } from '../parts.js';
import { spark } from '../spark.js';
import { count } from '../text.js';
import type { Check, ServiceState } from '../status.js';

function took(check: Check): string {
  return check.last_ms === null || check.last_ms === undefined ? '–' : `${check.last_ms.toFixed(1)} ms`;
}

export function checksTable(host: string, service: ServiceState, now: boolean): HTMLElement {
  return table(`${count(service.checks.length, 'check')} on ${host}`, [
    { head: 'Check', cell: (c) => [c.name, ' ', h('span', { class: 'faint' }, c.type, c.scope === 'dependency' && ', dependency')] },
    { head: 'At', cell: (c) => (c.address ? mono(c.address) : 'all') },
    { head: 'Verdict', cell: (c) => verdictBadge(c.verdict, now), class: 'tight' },
    { head: 'Found', cell: (c) => c.last_why ?? c.why, class: 'words' },
    { head: 'Took', cell: took, class: 'tight' },
    { head: 'Last hour', cell: (c) => spark(points(c.history)) },
  ], service.checks);
}
