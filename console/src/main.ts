/** The console: a session, then a shell with one view for each address. */
import { button, h } from './dom.js';
import { onChanged, startLive, stopLive } from './live.js';
import { problemBox } from './parts.js';
import { watchPresses } from './press.js';
import { matchRoute } from './router.js';
import { routes } from './routes.js';
import { onEnd, resume } from './session.js';
import { shell, type Shell } from './shell.js';
import { applyTheme, loadProjects, state } from './state.js';
import { refreshTimes } from './text.js';
import type { View } from './view.js';
import { signInView } from './views/signin.js';

const TICK_MS = 1000;

let frame: Shell | null = null;
let current: View | null = null;

function show(view: View, focus: boolean): void {
  current?.leave?.();
  current = view;
  document.title = `${view.title} · Nearcast`;
  frame?.show(view.element);
  void view.load();
  if (focus) view.element.querySelector<HTMLElement>('h1')?.focus();
}

function route(focus: boolean): void {
  if (state.caller === null) return;
  const found = matchRoute(routes, location.hash) ?? matchRoute(routes, routes[0]?.pattern ?? '');
  if (!found) return;
  const project = found.params['project'];
  if (project !== undefined && state.projects.some((p) => p.name === project)) state.project = project;
  frame?.update();
  show(found.target(found.params), focus);
}

async function begin(): Promise<void> {
  await loadProjects();
  frame = shell();
  document.body.querySelector('#page')?.replaceChildren(frame.element);
  if (matchRoute(routes, location.hash) === null) history.replaceState(null, '', frame.home());
  route(false);
  startLive(state.caller?.project ? `/api/v1/projects/${encodeURIComponent(state.caller.project)}/events` : '/api/v1/events');
}

function askToSignIn(): void {
  stopLive();
  current?.leave?.();
  current = null;
  frame = null;
  state.caller = null;
  document.querySelectorAll('dialog').forEach((dialog) => dialog.close());
  document.title = 'Sign in · Nearcast';
  document.body.querySelector('#page')?.replaceChildren(signInView(async (caller) => {
    state.caller = caller;
    await begin();
    document.querySelector<HTMLElement>('main h1')?.focus();
  }));
}

async function start(): Promise<void> {
  applyTheme();
  watchPresses();
  onEnd(askToSignIn);
  onChanged(() => void current?.load());
  window.addEventListener('hashchange', () => route(true));
  window.setInterval(refreshTimes, TICK_MS);
  try {
    state.caller = await resume();
    if (state.caller === null) askToSignIn();
    else await begin();
  } catch (error) {
    document.body.querySelector('#page')?.replaceChildren(h('main', { class: 'alone' }, h('h1', {}, 'Nearcast'),
      problemBox(error), button('Try again', () => location.reload(), { class: 'primary' })));
  }
}

void start();
