/** Who changed what: every change with what was before and after it, and its undo. */
import { ask, listPage, path } from '../api.js';
import { button, h, type Child } from '../dom.js';
import { openDialog, withOverride } from '../dialog.js';
import { difference } from '../diff.js';
import { empty, mono, table } from '../parts.js';
import { mayChange, seesAll, state } from '../state.js';
import { count, moment } from '../text.js';
import type { Audit } from '../types.js';
import { view, type View } from '../view.js';
import { filter, halves } from './events.js';

const PAGE = 50;
const KINDS = ['global-ip', 'service', 'order', 'rollout', 'site', 'host', 'network', 'pool', 'project', 'token', 'join-token', 'session',
  'catchment'] as const;

interface Data { readonly items: readonly Audit[]; readonly more: boolean }

export function diffTable(entry: Audit): Child {
  const differences = difference(entry.before ?? undefined, entry.after ?? undefined);
  if (differences.length === 0) return h('p', { class: 'faint' }, 'Nothing differs.');
  return table(count(differences.length, 'difference'), [
    { head: 'Field', cell: (d) => mono(d.path) },
    { head: 'Before', cell: (d) => (d.before === null ? h('span', { class: 'faint' }, 'not there') : h('del', { class: 'mono' }, d.before)), class: 'words' },
    { head: 'After', cell: (d) => (d.after === null ? h('span', { class: 'faint' }, 'not there') : h('ins', { class: 'mono' }, d.after)), class: 'words' },
  ], differences);
}

function openUndo(entry: Audit, done: () => void): void {
  const at = entry.project === null ? path`/api/v1/audit/${entry.id}/undo` : path`/api/v1/projects/${entry.project}/audit/${entry.id}/undo`;
  openDialog({
    title: `Undo: ${entry.action} ${entry.kind} ${entry.name}?`, submit: 'Undo', wide: true, danger: true, fields: [],
    body: [h('p', {}, 'It becomes what it was before. That is a change like any other, under your name, and can be undone, too.'), diffTable(entry)],
    act: async () => {
      const was = await withOverride(async (reason) => {
        await ask('POST', at, { body: reason ? { override_reason: reason } : {} });
      });
      done();
      return was ? `Undone: ${entry.action} ${entry.name}` : false;
    },
  });
}

/** The log keeps ids, since names change. */
function projectName(id: string): string {
  return state.projects.find((p) => p.id === id)?.name ?? id;
}

function row(entry: Audit, changed: () => void): HTMLElement {
  return h('details', { 'data-key': `audit-${entry.id}` },
    h('summary', { 'data-key': `audit-summary-${entry.id}` },
      h('time', { datetime: entry.at, 'data-exact': true, class: 'mono' }, moment(entry.at)), ' ', h('b', {}, entry.actor_name), ' ',
      h('span', {}, `${entry.action} ${entry.kind} `), h('b', {}, entry.name), entry.project !== null && h('span', { class: 'faint' }, ` in ${projectName(entry.project)}`),
      entry.override_reason !== null && h('span', { class: 'warn' }, ` override: ${entry.override_reason}`),
      entry.rollout !== null && h('span', { class: 'faint' }, ` by rollout ${entry.rollout}`)),
    h('div', { class: 'inside' }, entry.source_address !== null && h('p', { class: 'faint' }, 'from ', mono(entry.source_address)), diffTable(entry),
      mayChange() && h('div', {}, button('Undo', () => openUndo(entry, changed), { 'data-key': `undo-${entry.id}`, 'aria-label': `Undo ${entry.action} ${entry.name}` }))));
}

export function auditView(): View {
  let pages = 1;
  const again = (): void => {
    pages = 1;
    void v.load();
  };
  const kind = h('select', { on: { change: again } }, [['', 'All'], ...KINDS.map((k) => [k, k] as const)].map(([value, words]) => h('option', { value }, words)));
  const object = h('input', { type: 'search', on: { change: again } });
  const actor = h('input', { type: 'search', on: { change: again } });
  const at = seesAll() ? '/api/v1/audit' : path`/api/v1/projects/${state.project}/audit`;
  const v = view<Data>({
    title: 'Events and audit',
    above: [halves('audit'), h('div', { class: 'filters', role: 'search', 'aria-label': 'Changes' },
      filter('by-kind', 'Kind', kind), filter('by-object', 'Name or id', object), filter('by-actor', 'By', actor))],
  }, async () => {
    const items: Audit[] = [];
    let cursor: string | undefined;
    for (let i = 0; i < pages; i += 1) {
      const page = await listPage<Audit>(at, { kind: kind.value, object: object.value.trim(), actor: actor.value.trim(), limit: PAGE, cursor });
      items.push(...page.items);
      cursor = page.next ?? undefined;
      if (cursor === undefined) break;
    }
    return { items, more: cursor !== undefined };
  }, (data) => {
    if (data.items.length === 0) return empty(h('p', {}, 'No change fits.'));
    return [h('div', { class: 'log', role: 'list', 'aria-label': count(data.items.length, 'change') },
      data.items.map((entry) => h('div', { role: 'listitem' }, row(entry, again)))),
    data.more && h('div', {}, button('Show older ones', () => {
      pages += 1;
      void v.load();
    }, { 'data-key': 'older' }))];
  });
  return v;
}
