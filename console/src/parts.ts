/** Small pieces that all views use: problems, badges, tables, chips, meters. */
import { Problem } from './api.js';
import { h, type Child, type Props } from './dom.js';
import { presenceOf, type Presence } from './presence.js';
import type { Stage, Verdict } from './types.js';

export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem(0, 'The console itself failed', error instanceof Error ? error.message : String(error));
}

/** Of a header or a part of the address: the problem's own words say it. */
function isSaid(error: { readonly field: string; readonly detail: string }, problem: Problem): boolean {
  return !error.field.startsWith('/') && error.detail === problem.detail;
}

/** A problem document as it is: its title, its words, and what it says of each field; without what is said beside fields. */
export function problemBox(error: unknown, without: ReadonlySet<string> = new Set()): HTMLElement {
  const problem = problemOf(error);
  const rest = problem.errors.filter((e) => !without.has(e.field) && !isSaid(e, problem));
  const isBeside = problem.errors.some((e) => without.has(e.field) && problem.detail.startsWith(`${e.field}: `));
  return h('div', { class: 'problem', role: 'alert' },
    h('strong', {}, problem.title),
    problem.detail !== '' && !isBeside && h('p', {}, problem.detail),
    rest.length > 0 && h('ul', {}, rest.map((e) => h('li', {}, h('code', {}, e.field || '/'), ' ', e.detail))));
}

const STAGES: Readonly<Record<string, string>> = {
  preferred: 'full', backup: 'half', withdrawn: 'none', unknown: 'unsure',
};
const VERDICTS: Readonly<Record<string, string>> = { passing: 'full', failing: 'cross', unknown: 'unsure' };

/** A shape and a word: never a colour alone. */
export function badge(kind: string, shape: string, text: Child, title?: string): HTMLElement {
  return h('span', { class: `badge ${kind}`, title },
    h('span', { class: `shape ${shape}`, 'aria-hidden': 'true' }), h('span', {}, text));
}

/** `now` false, here and below: of a host that is away, so that it is what was said then. */
export function stageBadge(stage: Stage | string | null, now = true): HTMLElement {
  const name = stage ?? 'unknown';
  return now ? badge(`stage-${name}`, STAGES[name] ?? 'unsure', name) : formerBadge(name);
}

export function verdictBadge(verdict: Verdict | string, now = true): HTMLElement {
  return now ? badge(`verdict-${verdict}`, VERDICTS[verdict] ?? 'unsure', verdict) : formerBadge(verdict);
}

export function formerBadge(word: string): HTMLElement {
  return badge('stage-unknown', 'unsure', `was ${word}`);
}

const PRESENCES: Readonly<Record<Presence, readonly [string, string]>> = {
  here: ['good', 'full'], away: ['bad', 'none'], 'never seen': ['bad', 'unsure'], left: ['stage-unknown', 'none'], 'has not joined': ['waits', 'unsure'],
};

export function presenceBadge(host: Parameters<typeof presenceOf>[0]): HTMLElement {
  const word = presenceOf(host);
  return badge(...PRESENCES[word], word);
}

export function mono(text: Child, props: Props = {}): HTMLElement {
  return h('span', { ...props, class: 'mono' }, text);
}

export function chips(texts: readonly string[]): Child {
  return texts.length > 0 && h('span', { class: 'chips' }, texts.map((text) => h('span', { class: 'chip' }, text)));
}

export interface Column<T> {
  readonly head: string;
  readonly cell: (row: T) => Child;
  readonly class?: string;
}

/**
 * A real table with a caption. On a phone each row becomes a card whose cells say their column, so the roles that
 * the layout would take away are given.
 */
export function table<T>(caption: string, columns: readonly Column<T>[], rows: readonly T[], key?: (row: T) => string): HTMLElement {
  const head = columns.map((c) => h('th', { scope: 'col', role: 'columnheader', class: c.class },
    c.head === '' ? h('span', { class: 'hidden' }, 'Actions') : c.head));
  const body = rows.map((row) => h('tr', { role: 'row', 'data-row': key?.(row) }, columns.map((c, i) => (
    h(i === 0 ? 'th' : 'td', {
      'data-label': c.head, class: c.class, role: i === 0 ? 'rowheader' : 'cell', ...(i === 0 ? { scope: 'row' } : {}),
    }, h('div', {}, c.cell(row)))))));
  return h('table', { role: 'table' },
    h('caption', {}, caption),
    h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, head)),
    h('tbody', { role: 'rowgroup' }, body));
}

export function empty(...children: Child[]): HTMLElement {
  return h('div', { class: 'empty' }, ...children);
}

export function meter(label: string, used: number, most: number): HTMLElement {
  return h('div', { class: 'meter' },
    h('span', {}, label, ' ', h('b', {}, used.toLocaleString('en')), ` of ${most.toLocaleString('en')}`),
    h('meter', { min: 0, max: Math.max(most, 1), value: used, 'aria-label': `${label}: ${used} of ${most}` }));
}

export function facts(...pairs: readonly (readonly [string, Child] | null | false)[]): HTMLElement {
  return h('dl', { class: 'facts' }, pairs.map((pair) => (
    pair && h('div', {}, h('dt', {}, pair[0]), h('dd', {}, pair[1])))));
}

let said: HTMLElement | null = null;

/** Said aloud by screen readers, and shown for a while. */
export function announce(text: string): void {
  said ??= document.getElementById('said');
  if (said === null) return;
  said.textContent = text;
  said.classList.add('shown');
  window.setTimeout(() => {
    if (said?.textContent === text) said.classList.remove('shown');
  }, 6000);
}
