/** What happened, newest first, as it happens; and, beside it, who changed what (audit.ts). */
import { listPage, maybe } from '../api.js';
import { button, h, update, type Child } from '../dom.js';
import { gapWords, onGap, type LiveEvent } from '../live.js';
import { empty } from '../parts.js';
import { link } from '../router.js';
import { seesAll, state } from '../state.js';
import { count } from '../text.js';
import { view, type View } from '../view.js';
import { eventTable } from './event-table.js';

const PAGE = 100;
const SEVERITIES = ['debug', 'info', 'notice', 'warning', 'error'] as const;

interface Data { readonly items: readonly LiveEvent[]; readonly more: boolean; readonly known: boolean }

/** The two halves of this view have addresses of their own. */
export function halves(here: 'events' | 'audit'): HTMLElement {
  const one = (name: 'events' | 'audit', words: string): Child => (
    h('a', { href: link(name), 'aria-current': here === name ? 'page' : undefined, 'data-key': `half-${name}` }, words));
  return h('nav', { class: 'halves', 'aria-label': 'Events and audit' }, one('events', 'What happened'), one('audit', 'Who changed what'));
}

/** A labelled input of a row of filters. */
export function filter(id: string, words: string, control: HTMLElement): HTMLElement {
  control.id = id;
  return h('div', {}, h('label', { for: id }, words), control);
}

function collection(): string {
  return seesAll() ? '/api/v1/events' : `/api/v1/projects/${encodeURIComponent(state.project)}/events`;
}

export function eventsView(): View {
  let pages = 1;
  let paused = false;
  const again = (): void => {
    pages = 1;
    void v.load();
  };
  const severity = h('select', { on: { change: again } }, [['', 'All'], ...SEVERITIES.map((s) => [s, s] as const)].map(([value, words]) => h('option', { value }, words)));
  const fields = ['kind', 'site', 'host', 'service'].map((name) => [name, h('input', { type: 'search', on: { change: again } })] as const);
  const missing = h('div', { role: 'status' });
  const leave = onGap((gap) => update(missing, h('p', { class: 'warn' }, gapWords(gap))));
  const pause = button('Pause', () => {
    paused = !paused;
    pause.setAttribute('aria-pressed', String(paused));
    update(pause, paused ? 'Go on' : 'Pause');
    if (!paused) void v.load();
  }, { 'aria-pressed': 'false', 'data-key': 'pause' });

  const fetch = async (): Promise<Data> => {
    const query = { severity: severity.value, limit: PAGE, ...Object.fromEntries(fields.map(([name, input]) => [name, input.value.trim()])) };
    const items: LiveEvent[] = [];
    let cursor: string | undefined;
    for (let i = 0; i < pages; i += 1) {
      const page = await maybe(listPage<LiveEvent>(collection(), { ...query, cursor }));
      if (page === null) return { items: [], more: false, known: false };
      items.push(...page.items);
      cursor = page.next ?? undefined;
      if (cursor === undefined) break;
    }
    return { items: items.sort((a, b) => b.at.localeCompare(a.at)), more: cursor !== undefined, known: true };
  };
  const v = view<Data>({
    title: 'Events and audit', actions: pause,
    above: [halves('events'), missing, h('div', { class: 'filters', role: 'search', 'aria-label': 'Events' },
      filter('severity', 'Severity', severity), fields.map(([name, input]) => filter(`by-${name}`, name[0]?.toUpperCase() + name.slice(1), input)))],
  }, fetch, (data) => {
    if (!data.known) return empty(h('p', {}, 'This controller keeps no events.'));
    if (data.items.length === 0) return empty(h('p', {}, 'No event fits.'));
    return [eventTable(data.items, count(data.items.length, 'event')), data.more && h('div', {}, button('Show older ones', () => {
      pages += 1;
      void v.load();
    }, { 'data-key': 'older' }))];
  });
  return { ...v, leave, load: () => (paused ? Promise.resolve() : v.load()) };
}
