/** Catchments: where the clients of a Global IP land, measured by its hosts; begun, watched, stopped, compared. */
import { ask, Keys, list, path, text } from '../api.js';
import { betterElsewhere, landings, moved, shares, targetsOf, type Catchment } from '../catchments.js';
import { button, h, update, type Child } from '../dom.js';
import { openDialog } from '../dialog.js';
import { field } from '../forms.js';
import { badge, empty, facts, meter, mono, problemBox, table } from '../parts.js';
import { mayChange } from '../state.js';
import { count, time } from '../text.js';
import type { GlobalIp, Service } from '../types.js';
import { view, type View } from '../view.js';

const SHAPES: Readonly<Record<string, readonly [string, string]>> = {
  requested: ['waits', 'half'], running: ['waits', 'half'], measuring: ['waits', 'half'], collecting: ['waits', 'half'],
  done: ['good', 'full'], stopped: ['stage-unknown', 'none'], failed: ['bad', 'cross'],
};
const ROWS_SHOWN = 50;

interface Data { readonly catchments: Catchment[]; readonly ips: GlobalIp[]; readonly services: Service[] }

function stateBadge(c: Catchment): HTMLElement {
  const [kind, shape] = SHAPES[c.state] ?? ['stage-unknown', 'unsure'];
  return badge(kind, shape, c.state);
}

function openStart(project: string, data: Data, done: () => void): void {
  const keys = new Keys();
  const served = data.ips.filter((ip) => ip.service !== null && ip.state === 'active');
  const sites = [...new Set(data.services.flatMap((s) => s.sites))].sort();
  const ip = field({ name: 'global_ip', label: 'Global IP', options: served.map((g) => [g.id, `${g.prefix}, ${g.service ?? ''}`]) });
  const site = field({ name: 'site', label: 'Site that sends', options: sites.map((name) => [name, name]) });
  const targets = field({ name: 'targets', label: 'Whom to ask', rows: 6, mono: true, required: true, help: 'An address or a prefix in each line; a prefix stands for one address in each /24, or /48.' });
  const contact = field({ name: 'contact', label: 'Contact', max: 100, help: 'A URL or a mail address in each request, for those who are asked and wonder why.' });
  const pps = field({ name: 'pps', label: 'Requests a second', type: 'number', value: 1000 });
  const best = field({ name: 'best', label: 'How far each site is', value: '', options: [['', 'is not measured'], ['yes', 'each site measures it, too']] });
  const fields = [ip, site, targets, contact, pps, best];
  openDialog({
    title: 'Measure a catchment', submit: 'Begin', fields,
    body: [h('div', { class: 'consequences' }, h('p', {}, 'The site asks each address from the Global IP; the replies land where its clients land. It can be stopped at any time.')),
      fields.map((f) => f.element)],
    act: async () => {
      const body = {
        global_ip: ip.value(), site: site.value(), targets: targetsOf(targets.value()), pps: Number(pps.value()), best: best.value() !== '',
        ...(contact.value() === '' ? {} : { contact: contact.value() }),
      };
      await ask('POST', path`/api/v1/projects/${project}/catchments`, { body, key: keys.of(body) });
      done();
      return 'The catchment is being measured';
    },
  });
}

function openEnd(project: string, c: Catchment, done: () => void): void {
  const over = c.ended_at !== null;
  const target = path`/api/v1/projects/${project}/catchments/${c.id}`;
  openDialog({
    title: over ? `Forget the catchment of ${c.address}?` : `Stop the catchment of ${c.address}?`, submit: over ? 'Forget' : 'Stop', danger: over, fields: [],
    body: [h('p', {}, over ? 'What it measured is gone then.' : 'Nothing more is sent; what has landed counts.')],
    act: async () => {
      await ask(over ? 'DELETE' : 'POST', over ? target : `${target}/stop`);
      done();
    },
  });
}

/** What the file of one says, asked for when somebody opens it; and who moved since the one before. */
function details(project: string, c: Catchment, before: Catchment | undefined): Child {
  const file = (one: Catchment): Promise<string> => text(path`/api/v1/projects/${project}/catchments/${one.id}/file`);
  const content = h('div', { class: 'content' });
  const show = async (): Promise<void> => {
    try {
      const rows = landings(await file(c));
      const better = betterElsewhere(rows);
      const change = before === undefined ? null : moved(landings(await file(before)), rows);
      update(content,
        c.best && table(`${count(better.length, 'target')} that another site would serve better`, [
          { head: 'Target', cell: (r) => mono(r.target) }, { head: 'Lands at', cell: (r) => r.sites }, { head: 'There', cell: (r) => `${r.rtt?.toFixed(1) ?? ''} ms` },
          { head: 'Best site', cell: (r) => r.bestSite }, { head: 'From there', cell: (r) => `${r.best?.toFixed(1) ?? ''} ms` }, { head: 'Costs', cell: (r) => `${r.cost.toFixed(1)} ms` },
        ], better.slice(0, ROWS_SHOWN), (r) => r.target),
        change !== null && table(`${change.rows.length} of ${count(change.of, 'target')} moved since the one before`, [
          { head: 'Target', cell: (r) => mono(r.target) }, { head: 'From', cell: (r) => r.from }, { head: 'To', cell: (r) => r.to },
        ], change.rows.slice(0, ROWS_SHOWN), (r) => r.target),
        !c.best && change === null && h('p', { class: 'faint' }, 'There is no earlier one to compare it with, and how far each site is was not measured.'));
    } catch (error) {
      update(content, problemBox(error));
    }
  };
  return [button('Targets and changes', () => void show(), { 'data-key': `${c.id}-file` }), content];
}

function missing(c: Catchment): Child {
  const parts = c.parts.filter((p) => p.why !== '' || p.restarted);
  return parts.length > 0 && h('ul', { class: 'plain stack warn' }, parts.map((p) => (
    h('li', {}, h('b', {}, p.host), `: ${p.why !== '' ? p.why : 'its agent began anew in the middle'}`))));
}

function card(project: string, c: Catchment, before: Catchment | undefined, done: () => void): HTMLElement {
  const id = `catchment-${c.id}`;
  const landed = shares(c);
  const all = c.result?.targets ?? c.progress.landed;
  const inflation = c.result?.inflation;
  return h('section', { class: 'card', 'aria-labelledby': id },
    h('div', { class: 'heading' }, h('h2', { id }, mono(c.address), ` from ${c.site} `, h('span', { class: 'beside' }, stateBadge(c))),
      mayChange() && c.state !== 'collecting' && button(c.ended_at === null ? 'Stop' : 'Forget', () => openEnd(project, c, done), { 'data-key': `${c.id}-end` })),
    h('p', {}, 'begun by ', h('b', {}, c.by), ' ', time(c.created_at), c.description !== '' && [': ', c.description]),
    c.why !== '' && h('p', { class: 'warn', role: 'status' }, c.why),
    missing(c),
    c.ended_at === null && meter('Sent', c.progress.sent, c.target_count * c.rounds),
    h('div', { class: 'stack' }, landed.map((s) => meter(s.site, s.targets, all))),
    facts(['Targets asked', String(c.target_count)], ['Replies landed', String(c.progress.landed)],
      c.progress.forged > 0 && ['Forged, not counted', String(c.progress.forged)],
      c.result !== null && ['Land at several sites', String(c.result.flipping.targets)],
      inflation ? ['At their best site', `${inflation.at_best_site.targets} of ${inflation.compared.targets}`] : null),
    c.result !== null && details(project, c, before));
}

export function catchmentsView(project: string): View {
  const changed = (): void => void v.load();
  let last: Data | null = null;
  const v = view<Data>({
    title: 'Catchments',
    actions: mayChange() && button('Measure', () => last !== null && openStart(project, last, changed), { class: 'primary', 'data-key': 'measure' }),
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
    return data.catchments.map((c, i) => card(project, c,
      data.catchments.slice(i + 1).find((other) => other.address === c.address && other.result !== null), changed));
  });
  return v;
}
