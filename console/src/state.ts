/** What all views share: who asks, the projects, which one is looked at; and what this browser remembers. */
import { get, list } from './api.js';
import { byName } from './text.js';
import type { Caller, Project } from './types.js';

export type Theme = 'system' | 'light' | 'dark';

const THEME = 'nearcast.theme';
const PROJECT = 'nearcast.project';

export const state: { caller: Caller | null; projects: Project[]; project: string } = {
  caller: null, projects: [], project: '',
};

/** What is remembered may not be there: private windows refuse it. */
function remembered(key: string): string {
  try {
    return localStorage.getItem(key) ?? '';
  } catch {
    return '';
  }
}

function remember(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // then it is forgotten with the page
  }
}

export async function loadProjects(): Promise<void> {
  const own = state.caller?.project;
  state.projects = own ? [await get<Project>(`/api/v1/projects/${encodeURIComponent(own)}`)] : (await list<Project>('/api/v1/projects')).sort(byName);
  if (state.project === '') state.project = remembered(PROJECT);
  if (!state.projects.some((p) => p.name === state.project)) state.project = state.projects[0]?.name ?? '';
}

/** After something changed them; when nothing comes back, what is known stays. */
export async function reloadProjects(): Promise<void> {
  try {
    await loadProjects();
  } catch {
    // the view says already that nobody answers
  }
}

export function chooseProject(name: string): void {
  state.project = name;
  remember(PROJECT, name);
}

export function isAdministrator(): boolean {
  return state.caller?.role === 'administrator';
}

/** Whether what belongs to the chosen project may be changed. */
export function mayChange(): boolean {
  return state.caller?.role === 'administrator' || state.caller?.role === 'operator';
}

export function seesAll(): boolean {
  return state.caller !== null && state.caller.project === null;
}

export function theme(): Theme {
  const kept = remembered(THEME);
  return kept === 'light' || kept === 'dark' ? kept : 'system';
}

export function setTheme(value: Theme): void {
  remember(THEME, value);
  applyTheme();
}

export function applyTheme(): void {
  const value = theme();
  if (value === 'system') document.documentElement.removeAttribute('data-theme');
  else document.documentElement.setAttribute('data-theme', value);
}
