/**
 * What a catchment's card unfolds: its report, which loads again while it goes on, and its targets one by one. Each is made once and
 * stays the same element while the cards around it are drawn anew, so that what was opened is open, and where one read one reads on.
 */
import { get, path, text } from '../api.js';
import { betterElsewhere, landings, moved, type Catchment, type Landing } from '../catchments.js';
import { h, update, type Child } from '../dom.js';
import type { Report } from '../landing.js';
import { mono, problemBox, table } from '../parts.js';
import { count } from '../text.js';
import { ClientMap, hasMap } from './client-map.js';
import { better, clients, distributions, figures, notes } from './landing.js';

const ROWS_SHOWN = 50;
const AGAIN_MS = 1500; // between two looks at one that goes on

export interface Panel {
  readonly element: HTMLDetailsElement;
  /** As it is now, and the one before it of the same address. */
  readonly refresh: (c: Catchment, before: Catchment | undefined) => void;
}

/** Loads when it is opened, and again when what it shows may have changed; `key` says when. */
function panel(title: string, key: string, keyOf: (c: Catchment, before: Catchment | undefined) => string, load: (c: Catchment, before: Catchment | undefined) => Promise<Child>): Panel {
  const content = h('div', { class: 'content' });
  const element = h('details', { class: 'panel' }, h('summary', { 'data-key': key }, title), content);
  let now: readonly [Catchment, Catchment | undefined] | null = null;
  let shown = '';
  let last = 0;
  let waits: number | undefined;

  const look = async (): Promise<void> => {
    waits = undefined;
    if (now === null || !element.open || keyOf(...now) === shown) return;
    const [c, before] = now;
    last = Date.now();
    shown = keyOf(c, before);
    try {
      update(content, await load(c, before));
    } catch (error) {
      shown = '';
      update(content, problemBox(error));
    }
  };
  const soon = (): void => {
    if (waits === undefined) waits = window.setTimeout(() => void look(), Math.max(0, last + AGAIN_MS - Date.now()));
  };
  element.addEventListener('toggle', soon);
  return { element, refresh: (c, before) => { now = [c, before]; soon(); } };
}

/** The clients on a map, whom a better site could serve, distributions; `locate` offers to tell where the clients are, when that is not known of all. */
export function reportPanel(project: string, id: string, open: boolean, locate: (c: Catchment, isPlaced: boolean) => Child): Panel {
  const map = new ClientMap();
  const made = panel('Map, networks and distributions', `${id}-report`,
    (c, before) => [c.state, c.progress.landed, c.progress.measured, c.place_count, c.asn_count, c.weight_count, before?.id].join(' '),
    async (c, before) => {
      const report = await get<Report>(`${path`/api/v1/projects/${project}/catchments/${c.id}`}/report`, { before: before?.id });
      const placed = hasMap(report);
      if (placed) map.draw(report);
      return [figures(report), placed ? map.element : h('p', { class: 'faint' }, report.clients.length === 0 ? 'Nothing has landed.'
          : 'There is no map: where the clients are is not known.'), notes(report, placed),
        locate(c, report.clients_told.unplaced === 0 && c.asn_count > 0), better(report), distributions(report), clients(report, `${c.id}-clients`)];
    });
  made.element.open = open;
  return made;
}

function noneBetter(rows: readonly Landing[]): string {
  const compared = rows.filter((row) => row.rtt !== null && row.best !== null).length;
  return compared === 0 ? 'Of no target it is known how far it is from where it lands.' : `None of ${count(compared, 'target')} that were compared is nearer to another site that measured it.`;
}

function noneMoved(of: number): string {
  return of === 0 ? 'No target landed in the one before, too.' : `None of ${count(of, 'target')} moved since the one before.`;
}

/** Target by target, of its file, and who moved since the one before. */
export function targetsPanel(project: string, id: string): Panel {
  const file = (one: Catchment): Promise<string> => text(path`/api/v1/projects/${project}/catchments/${one.id}/file`);
  return panel('Targets and changes', `${id}-file`, (c, before) => [c.state, before?.id].join(' '), async (c, before) => {
    const rows = landings(await file(c));
    const found = betterElsewhere(rows);
    const change = before === undefined ? null : moved(landings(await file(before)), rows);
    return [
      c.best && (found.length === 0 ? h('p', {}, noneBetter(rows)) : table(`${count(found.length, 'target')} that another site would serve better`, [
        { head: 'Target', cell: (r) => mono(r.target) }, { head: 'Lands at', cell: (r) => r.sites }, { head: 'There', cell: (r) => `${r.rtt?.toFixed(1) ?? ''} ms` },
        { head: 'Best site', cell: (r) => r.bestSite }, { head: 'From there', cell: (r) => `${r.best?.toFixed(1) ?? ''} ms` }, { head: 'Costs', cell: (r) => `${r.cost.toFixed(1)} ms` },
      ], found.slice(0, ROWS_SHOWN), (r) => r.target)),
      change !== null && (change.rows.length === 0 ? h('p', {}, noneMoved(change.of)) : table(`${change.rows.length} of ${count(change.of, 'target')} moved since the one before`, [
        { head: 'Target', cell: (r) => mono(r.target) }, { head: 'From', cell: (r) => r.from }, { head: 'To', cell: (r) => r.to },
      ], change.rows.slice(0, ROWS_SHOWN), (r) => r.target)),
      !c.best && change === null && h('p', { class: 'faint' }, 'There is no earlier one to compare it with, and how far each site is was not measured.'),
    ];
  });
}
