/** Catchments: where the clients of a Global IP land, measured by its hosts; begun, watched, stopped, compared. */
import { list, path } from '../api.js';
import { earlier, shares, type Catchment } from '../catchments.js';
import { button, h, type Child } from '../dom.js';
import { badge, empty, facts, meter, mono } from '../parts.js';
import { mayChange } from '../state.js';
import { moment, time } from '../text.js';
import type { GlobalIp, Service } from '../types.js';
import { view, type View } from '../view.js';
import { openEnd, openLocate, openStart } from './catchment-forms.js';
import { reportPanel, targetsPanel, type Panel } from './catchment-panels.js';

const SHAPES: Readonly<Record<string, readonly [string, string]>> = {
  requested: ['waits', 'half'], running: ['waits', 'half'], measuring: ['waits', 'half'], collecting: ['waits', 'half'],
  done: ['good', 'full'], stopped: ['stage-unknown', 'none'], failed: ['bad', 'cross'],
};

interface Data { readonly catchments: Catchment[]; readonly ips: GlobalIp[]; readonly services: Service[] }

function stateBadge(c: Catchment): HTMLElement {
  const [kind, shape] = SHAPES[c.state] ?? ['stage-unknown', 'unsure'];
  return badge(kind, shape, c.state);
}

function missing(c: Catchment): Child {
  const parts = c.parts.filter((p) => p.why !== '' || p.restarted);
  return parts.length > 0 && h('ul', { class: 'plain stack warn' }, parts.map((p) => (
    h('li', {}, h('b', {}, p.host), `: ${p.why !== '' ? p.why : 'its agent began anew in the middle'}`))));
}

function card(project: string, c: Catchment, below: Child, done: () => void): HTMLElement {
  const landed = shares(c);
  const all = c.result?.targets ?? c.progress.landed;
  const inflation = c.result?.inflation;
  return h('section', { class: 'card', 'aria-label': `${c.address} from ${c.site}, ${moment(c.created_at)}` },
    h('div', { class: 'heading' }, h('h2', {}, mono(c.address), ` from ${c.site} `, h('span', { class: 'beside' }, stateBadge(c))),
      mayChange() && c.state !== 'collecting' && button(c.ended_at === null ? 'Stop' : 'Forget', () => openEnd(project, c, done), { 'data-key': `${c.id}-end` })),
    h('p', {}, 'begun by ', h('b', {}, c.by), ' ', time(c.created_at), c.description !== '' && [': ', c.description]),
    c.why !== '' && h('p', { class: 'warn', role: 'status' }, c.why),
    missing(c),
    c.ended_at === null && meter('Sent', c.progress.sent, c.target_count * c.rounds),
    h('div', { class: 'stack' }, landed.map((s) => meter(s.site, s.targets, all))),
    facts(['Targets asked', String(c.target_count)], ['Replies landed', String(c.progress.landed)],
      c.progress.forged > 0 && ['Forged, not counted', String(c.progress.forged)],
      c.result !== null && ['Land at several sites', String(c.result.flipping.targets)],
      inflation && inflation.compared.targets > 0 ? ['At their best site', `${inflation.at_best_site.targets} of ${inflation.compared.targets}`] : null),
    below);
}

export function catchmentsView(project: string): View {
  const changed = (): void => void v.load();
  let last: Data | null = null;
  const reports = new Map<string, Panel>();
  const targets = new Map<string, Panel>();
  const kept = (all: Map<string, Panel>, id: string, make: () => Panel): Panel => {
    const known = all.get(id) ?? make();
    all.set(id, known);
    return known;
  };
  const locate = (c: Catchment, isPlaced: boolean): Child => (!isPlaced || c.weight_count === 0) && mayChange() && h('p', {}, button(isPlaced ? 'Tell what they weigh' : 'Tell where they are', () => openLocate(project, c, changed), { 'data-key': `${c.id}-locate` }));
  /** The newest is open from the beginning. */
  const panelsOf = (c: Catchment, before: Catchment | undefined, isNewest: boolean): Panel[] => {
    const all = [kept(reports, c.id, () => reportPanel(project, c.id, isNewest, locate)),
      ...(c.result === null ? [] : [kept(targets, c.id, () => targetsPanel(project, c.id))])];
    all.forEach((p) => p.refresh(c, before));
    return all;
  };
  const v = view<Data>({
    title: 'Catchments',
    actions: mayChange() && button('Measure', () => last !== null && openStart(project, last.ips, last.services, changed), { class: 'primary', 'data-key': 'measure' }),
  }, async () => {
    const [catchments, ips, services] = await Promise.all([list<Catchment>(path`/api/v1/projects/${project}/catchments`, {}, 20),
      list<GlobalIp>(path`/api/v1/projects/${project}/global-ips`), list<Service>(path`/api/v1/projects/${project}/services`)]);
    last = { catchments, ips, services };
    return last;
  }, (data) => {
    if (data.catchments.length === 0) {
      return empty(h('p', {}, `Nobody has measured where the clients of project ${project} land.`),
        h('p', { class: 'faint' }, 'One site asks addresses of all networks from a Global IP, and every site takes the replies that land there.'));
    }
    return data.catchments.map((c, i) => {
      const { before, cutShort } = earlier(c, data.catchments.slice(i + 1));
      const words = cutShort !== undefined && h('p', { class: 'faint' }, `The one of ${moment(cutShort.created_at)} was cut short (${cutShort.state}): `,
        before === undefined ? 'there is none to compare this with.' : `this is compared with the one of ${moment(before.created_at)}.`);
      return card(project, c, [words, panelsOf(c, before, i === 0).map((p) => p.element)], changed);
    });
  });
  return v;
}
