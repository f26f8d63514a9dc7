/** Events as a table. */
import { h, type Child } from '../dom.js';
import type { LiveEvent } from '../live.js';
import { badge, table } from '../parts.js';
import { count, moment } from '../text.js';

const SHAPES: Readonly<Record<string, readonly [string, string]>> = {
  error: ['bad', 'cross'], warning: ['waits', 'half'], notice: ['good', 'full'], info: ['stage-unknown', 'none'], debug: ['stage-unknown', 'unsure'],
};

export function severityBadge(severity: string): HTMLElement {
  const [kind, shape] = SHAPES[severity] ?? ['stage-unknown', 'unsure'];
  return badge(kind, shape, severity);
}

function where(e: LiveEvent): Child {
  return [e.service, e.host ?? e.site].filter(Boolean).join(' on ') || '–';
}

export function eventTable(events: readonly LiveEvent[], caption?: string): HTMLElement {
  return table(caption ?? count(events.length, 'event'), [
    { head: 'At', cell: (e) => h('time', { datetime: e.at, 'data-exact': true, class: 'mono' }, moment(e.at)), class: 'tight' },
    { head: 'Severity', cell: (e) => severityBadge(e.severity), class: 'tight' },
    { head: 'Kind', cell: (e) => e.kind, class: 'tight' },
    { head: 'Where', cell: where },
    { head: 'What', cell: (e) => e.message, class: 'words' },
  ], events, (e) => String(e.id));
}
