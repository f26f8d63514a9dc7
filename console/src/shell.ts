/** What stands around each view: the name, the menu, the project, how live it is, light or dark, who is signed in. */
import { button, h, update } from './dom.js';
import { onLiveState, type LiveState } from './live.js';
import { go, link } from './router.js';
import { menu } from './routes.js';
import { signOut } from './session.js';
import { chooseProject, isAdministrator, setTheme, state, theme, type Theme } from './state.js';

export interface Shell {
  readonly element: HTMLElement;
  readonly show: (view: HTMLElement) => void;
  readonly update: () => void;
  readonly home: () => string;
}

const LIVE: Readonly<Record<LiveState, readonly [string, string]>> = {
  live: ['Live', 'Changes are told by the controller as they happen.'],
  polling: ['Every 5 s', 'No stream of events comes through: the page asks every five seconds.'],
  off: ['Off', 'Nothing is asked.'],
};

function address(parts: readonly string[]): string {
  return link(...parts.map((part) => (part === ':project' ? state.project : part)));
}

function navigation(): HTMLElement {
  const here = location.hash.replace(/^#\//, '').split('/').map(decodeURIComponent);
  return h('ul', {}, menu.filter((item) => (!item.administrators || isAdministrator()) && (state.project !== '' || item.parts[0] !== ':project')).map((item) => {
    const at = (item.parts.every((part, i) => (part === ':project' ? true : part === here[i])) && here.length >= item.parts.length)
      || item.with?.includes(here[0] ?? '') === true;
    return h('li', {}, h('a', { href: address(item.parts), 'aria-current': at ? 'page' : undefined, 'data-key': item.words }, item.words));
  }));
}

function projectChooser(): HTMLElement {
  if (state.projects.length === 0) return h('span', {});
  const select = h('select', { id: 'project', on: { change: () => {
    const parts = location.hash.replace(/^#\//, '').split('/');
    const was = state.project;
    chooseProject(select.value);
    // the same kind of list, of the other project
    if (parts[0] === encodeURIComponent(was)) go(select.value, decodeURIComponent(parts[1] ?? 'ips'));
    else window.dispatchEvent(new HashChangeEvent('hashchange'));
  } } }, state.projects.map((p) => h('option', { value: p.name, selected: p.name === state.project }, p.name)));
  return h('div', { class: 'chooser' }, h('label', { for: 'project' }, 'Project'), select);
}

function themeChooser(): HTMLElement {
  const select = h('select', { id: 'theme', on: { change: () => setTheme(select.value as Theme) } },
    (['system', 'light', 'dark'] as const).map((value) => h('option', { value, selected: value === theme() },
      { system: 'As the system', light: 'Light', dark: 'Dark' }[value])));
  return h('div', { class: 'chooser' }, h('label', { for: 'theme' }, 'Colours'), select);
}

function liveness(): HTMLElement {
  const element = h('span', { class: 'liveness' });
  onLiveState((now) => {
    const [words, why] = LIVE[now];
    element.className = `liveness ${now}`;
    element.title = why;
    update(element, h('span', { class: `shape ${now === 'live' ? 'full' : 'half'}`, 'aria-hidden': 'true' }), words);
  });
  return element;
}

export function shell(): Shell {
  const nav = h('nav', { 'aria-label': 'Views' });
  const chooser = h('div', {});
  const main = h('main', { id: 'main' });
  const caller = state.caller;
  const foot = h('div', { class: 'foot' },
    liveness(), themeChooser(),
    h('div', { class: 'caller' }, h('span', {}, h('b', {}, caller?.name ?? ''), ' ', h('span', { class: 'faint' }, caller?.role ?? '')),
      button('Sign out', () => void signOut())));
  const element = h('div', { class: 'shell' },
    h('a', { class: 'skip', href: '#main', on: { click: (event) => {
      event.preventDefault();
      main.querySelector<HTMLElement>('h1')?.focus();
    } } }, 'Skip to the content'),
    h('header', {}, h('div', { class: 'brand' }, 'Nearcast'), chooser, nav, foot),
    main);
  const updateAll = (): void => {
    update(nav, navigation());
    update(chooser, projectChooser());
    // on a phone the menu is one row that scrolls: where one is has to be seen
    const here = nav.querySelector<HTMLElement>('[aria-current]');
    if (here) nav.scrollLeft = here.offsetLeft - (nav.clientWidth - here.offsetWidth) / 2;
  };
  window.addEventListener('nearcast-projects', updateAll);
  return {
    element,
    show: (view) => { main.replaceChildren(view); },
    update: updateAll,
    // without a project an administrator begins where one is made
    home: () => (state.projects.length === 0 && isAdministrator() ? link('access') : address(menu[0]?.parts ?? [])),
  };
}
