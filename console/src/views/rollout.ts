/** Rolling drains: begun, watched step by step, paused, gone on with, stopped, taken back. */
import { ask, Keys, path } from '../api.js';
import { button, h, type Child } from '../dom.js';
import { openDialog } from '../dialog.js';
import { choice, field } from '../forms.js';
import { badge, table } from '../parts.js';
import { isOver, progress, type Rollout } from '../rollouts.js';
import { mayChange } from '../state.js';
import type { SiteState } from '../status.js';
import { join, time } from '../text.js';
import type { Service } from '../types.js';

const SHAPES: Readonly<Record<string, readonly [string, string]>> = {
  waiting: ['stage-unknown', 'unsure'], running: ['waits', 'half'], settling: ['waits', 'half'], returning: ['waits', 'half'],
  done: ['good', 'full'], failed: ['bad', 'cross'], paused: ['waits', 'half'], stopped: ['bad', 'none'], 'taken-back': ['stage-unknown', 'none'],
};

function stateBadge(state: string): HTMLElement {
  const [kind, shape] = SHAPES[state] ?? ['stage-unknown', 'unsure'];
  return badge(kind, shape, state);
}

export function openRollout(service: Service, sites: readonly string[], done: () => void): void {
  const keys = new Keys();
  const chosen = choice({
    name: 'sites', label: 'Sites, in this order', many: true, chosen: sites, options: sites.map((name) => [name, name]),
  });
  const atOnce = field({ name: 'at_once', label: 'Sites at a time', type: 'number', value: 1 });
  const settle = field({ name: 'settle_seconds', label: 'Watch each for, in seconds', type: 'number', value: 30 });
  const reason = field({ name: 'reason', label: 'Reason', max: 300 });
  const fields = [chosen, atOnce, settle, reason];
  openDialog({
    title: `Drain ${service.name} site by site`, submit: 'Begin', fields,
    body: [h('div', { class: 'consequences' }, h('p', {}, 'Each site is drained, watched, and comes back before the next one goes. It stops by itself when anything else fails.')),
      chosen.element, h('div', { class: 'pair' }, atOnce.element, settle.element), reason.element],
    act: async () => {
      const body = {
        kind: 'drain', service: service.name, sites: chosen.values(), at_once: Number(atOnce.value()), settle_seconds: Number(settle.value()), reason: reason.value(),
      };
      await ask('POST', path`/api/v1/projects/${service.project}/rollouts`, { body, key: keys.of(body) });
      done();
      return 'The rolling drain has begun';
    },
  });
}

/** What follows, by the kind: a change stays where it has come until it is taken back. */
const FOLLOWS: Readonly<Record<Rollout['kind'], Readonly<Record<string, string>>>> = {
  drain: {
    paused: 'What is under way goes on to its end; nothing new is begun.', running: 'It goes on where it stopped.',
    stopped: 'Nothing more is begun; sites that it drains come back at once.', 'taken-back': 'Sites that it drains come back at once, and it is over.',
  },
  change: {
    paused: 'What is under way goes on to its end; nothing new is begun.', running: 'It goes on where it stopped.',
    stopped: 'Nothing more is begun; sites that have its document keep it until it goes on or is taken back.',
    'taken-back': 'Every site that has its document gets the former one at once, and it is over.',
  },
};

function turn(service: Service, rollout: Rollout, state: string, words: string, done: () => void): void {
  openDialog({
    title: `${words} the rolling ${rollout.kind}?`, submit: words, danger: state === 'taken-back', fields: [],
    body: [h('p', {}, FOLLOWS[rollout.kind][state])],
    act: async () => {
      // it changes by itself, step by step: what is said here holds for it as it is
      await ask('PATCH', path`/api/v1/projects/${service.project}/rollouts/${rollout.id}`, { body: { state }, etag: '*' });
      done();
    },
  });
}

function buttons(service: Service, r: Rollout, done: () => void): Child {
  if (!mayChange() || isOver(r)) return null;
  const choices: [string, string][] = [...(r.state === 'running' ? [['paused', 'Pause'], ['stopped', 'Stop']] as [string, string][] : [['running', 'Go on']] as [string, string][]),
    ['taken-back', 'Take back']];
  return h('div', { class: 'actions' }, choices.map(([state, words]) => (
    button(words, () => turn(service, r, state, words, done), { 'data-key': `${r.id}-${state}` }))));
}

/** Of a change: which sites run its document, while it is neither done nor taken back. */
function documentAt(r: Rollout): Child {
  const begun = r.steps.filter((step) => step.state !== 'waiting').map((step) => step.site);
  if (r.kind !== 'change' || isOver(r)) return null;
  if (begun.length === 0) return h('p', {}, 'Its document is at no site yet.');
  return h('p', {}, 'Its document is at ', h('b', {}, begun.join(', ')), begun.length < r.steps.length && '; all other sites have that of the service', '.');
}

/** What ends one that has stopped: nothing does by itself. */
function wayOut(r: Rollout): Child {
  if (r.state !== 'stopped') return null;
  return h('p', {}, 'It stays so until somebody decides: ', h('b', {}, 'Go on'), ' resumes it where it stopped',
    r.kind === 'change' ? [', ', h('b', {}, 'Take back'), ' gives every site the former document. Until then nothing else changes the document of the service.'] : '.');
}

/** Of a change that was taken back: hosts which have not said yet that they are back, too. */
export function notBack(r: Rollout, sites: readonly SiteState[]): string[] {
  const places = r.kind === 'change' && r.state === 'taken-back' ? r.steps.filter((step) => step.state === 'taken-back').map((step) => step.site) : [];
  return sites.filter((site) => places.includes(site.name)).flatMap((site) => site.hosts.filter((host) => host.behind).map((host) => host.name));
}

export function rolloutCard(service: Service, r: Rollout, sites: readonly SiteState[], done: () => void): HTMLElement {
  const { done: over, all } = progress(r);
  const id = `rollout-${r.id}`;
  return h('section', { class: 'card', 'aria-labelledby': id },
    h('div', { class: 'heading' }, h('h3', { id }, `Rolling ${r.kind} `, h('span', { class: 'beside' }, stateBadge(r.state))), buttons(service, r, done)),
    h('p', {}, 'begun by ', h('b', {}, r.by), ' ', time(r.created_at), r.reason !== '' && [': ', r.reason]),
    r.why !== '' && h('p', { class: 'warn', role: 'status' }, r.why),
    documentAt(r), wayOut(r),
    notBack(r, sites).length > 0 && h('p', { class: 'warn', role: 'status' }, `Not back yet, as far as is known: ${join(notBack(r, sites))}.`),
    h('progress', { max: all, value: over, 'aria-label': `${over} of ${all} sites done` }),
    table(`${over} of ${all} sites done, ${r.at_once} at a time`, [
      { head: 'Site', cell: (s) => s.site },
      { head: 'State', cell: (s) => stateBadge(s.state), class: 'tight' },
      { head: 'Why', cell: (s) => s.why, class: 'words' },
      { head: 'Begun', cell: (s) => (s.started_at ? time(s.started_at) : ''), class: 'tight' },
      { head: 'Over', cell: (s) => (s.ended_at ? time(s.ended_at) : ''), class: 'tight' },
    ], r.steps, (s) => s.site));
}
