/** Projects & tokens: for administrators. */
import { ask, Keys, list, path } from '../api.js';
import { button, h, type Child } from '../dom.js';
import { openDialog, openNote, secret, typedName } from '../dialog.js';
import { field } from '../forms.js';
import { badge, empty, table } from '../parts.js';
import { reloadProjects, state } from '../state.js';
import { byName, count, time } from '../text.js';
import type { Project, Token } from '../types.js';
import { view, type View } from '../view.js';

interface Data { readonly projects: Project[]; readonly tokens: Token[] }

function openToken(done: () => void): void {
  const keys = new Keys();
  const name = field({ name: 'name', label: 'Name', required: true, max: 63, help: 'Who has it, or what it is for: it stands in the audit log.' });
  const role = field({
    name: 'role', label: 'Role', value: 'operator',
    options: [['operator', 'operator: changes one project'], ['viewer', 'viewer: sees'], ['administrator', 'administrator: all']],
  });
  const project = field({ name: 'project', label: 'Project', value: state.project, options: [['', 'None'], ...state.projects.map((p) => [p.name, p.name] as const)] });
  const expires = field({
    name: 'expires_in_seconds', label: 'Ends', value: '7776000',
    options: [['86400', 'in a day'], ['604800', 'in a week'], ['7776000', 'in 90 days'], ['31536000', 'in a year'], ['', 'never']],
  });
  const fields = [name, role, project, expires];
  openDialog({
    title: 'Make a token', submit: 'Make', fields, body: fields.map((f) => f.element),
    act: async () => {
      const body = {
        name: name.value(), role: role.value(), project: role.value() === 'administrator' ? null : project.value() || null,
        ...(expires.value() === '' ? {} : { expires_in_seconds: Number(expires.value()) }),
      };
      const made = (await ask<Token>('POST', '/api/v1/tokens', { body, key: keys.of(body) })).data;
      done();
      openNote(`Token ${made.name}`, h('p', {}, 'It is shown this once; the controller keeps only its hash.'), secret('Token', made.token ?? ''));
    },
  });
}

function openRevoke(token: Token, done: () => void): void {
  openDialog({
    title: `Revoke ${token.name}?`, submit: 'Revoke', danger: true, fields: [], body: [h('p', {}, 'Whoever has it is refused from now on, and its sessions end.')],
    act: async () => {
      await ask('DELETE', path`/api/v1/tokens/${token.id}`, { etag: `"${token.revision}"` });
      done();
      return `Revoked ${token.name}`;
    },
  });
}

function openProjectDelete(project: Project, done: () => void): void {
  const typed = typedName(project.name, 'Only a project that has nothing can be deleted.');
  openDialog({
    title: `Delete ${project.name}?`, submit: 'Delete', danger: true, fields: [typed], body: [typed.element],
    act: async () => {
      typed.check();
      await ask('DELETE', path`/api/v1/projects/${project.name}`, { etag: `"${project.revision}"` });
      done();
      return `Deleted ${project.name}`;
    },
  });
}

/** null: a new one. */
function openProject(project: Project | null, done: () => void): void {
  const keys = new Keys();
  const name = field({ name: 'name', label: 'Name', value: project?.name, required: true, max: 63 });
  const description = field({ name: 'description', label: 'Description', value: project?.description, max: 1000 });
  const limits = ([['max_ipv4', 'Most IPv4 addresses', 16], ['max_ipv6', 'Most IPv6 addresses', 64], ['max_services', 'Most services', 32]] as const)
    .map(([key, label, usual]) => field({ name: key, label, type: 'number', value: project?.[key] ?? usual }));
  const fields = [name, description, ...limits];
  const dialog = openDialog({
    title: project ? `Project ${project.name}` : 'Make a project', submit: project ? 'Save' : 'Make', fields,
    body: [fields.map((f) => f.element), project && button('Delete this project…', () => {
      dialog.close();
      openProjectDelete(project, done);
    }, { class: 'quiet' })],
    act: async () => {
      const body = { name: name.value(), description: description.value(), ...Object.fromEntries(limits.map((f) => [f.name, Number(f.value())])) };
      if (project) await ask('PATCH', path`/api/v1/projects/${project.name}`, { body, etag: `"${project.revision}"` });
      else await ask('POST', '/api/v1/projects', { body, key: keys.of(body) });
      done();
      return `Saved ${body.name}`;
    },
  });
}

function tokenState(token: Token): Child {
  if (token.revoked_at !== null) return badge('bad', 'none', ['revoked ', time(token.revoked_at)]);
  if (token.expires_at === null) return badge('good', 'full', 'valid, without end');
  return Date.parse(token.expires_at) < Date.now() ? badge('bad', 'none', 'over') : badge('good', 'full', ['valid, ends ', time(token.expires_at)]);
}

export function accessView(): View {
  const changed = (): void => {
    void reloadProjects().then(() => window.dispatchEvent(new Event('nearcast-projects')));
    void v.load();
  };
  const v = view<Data>({ title: 'Projects & tokens' }, async () => {
    const [projects, tokens] = await Promise.all([list<Project>('/api/v1/projects'), list<Token>('/api/v1/tokens')]);
    return { projects: projects.sort(byName), tokens: tokens.sort((a, b) => Number(a.revoked_at !== null) - Number(b.revoked_at !== null) || byName(a, b)) };
  }, (data) => [
    h('section', { 'aria-labelledby': 'projects' },
      h('div', { class: 'heading' }, h('h2', { id: 'projects' }, 'Projects'), button('Make a project', () => openProject(null, changed), { 'data-key': 'project' })),
      data.projects.length === 0 ? empty(h('p', {}, 'There is no project yet: addresses and services belong to one.')) : table(count(data.projects.length, 'project'), [
        { head: 'Project', cell: (p) => p.name },
        { head: 'IPv4', cell: (p) => `${p.ipv4} of ${p.max_ipv4}` },
        { head: 'IPv6', cell: (p) => `${p.ipv6} of ${p.max_ipv6}` },
        { head: 'Services', cell: (p) => `${p.max_services} at most` },
        { head: 'Description', cell: (p) => p.description, class: 'words' },
        { head: '', class: 'buttons', cell: (p) => button('Edit', () => openProject(p, changed), { 'aria-label': `Edit project ${p.name}`, 'data-key': `project-${p.id}` }) },
      ], data.projects, (p) => p.name)),
    h('section', { 'aria-labelledby': 'tokens' },
      h('div', { class: 'heading' }, h('h2', { id: 'tokens' }, 'Tokens'), button('Make a token', () => openToken(changed), { 'data-key': 'token' })),
      table(count(data.tokens.length, 'token'), [
        { head: 'Token', cell: (t) => t.name },
        { head: 'Role', cell: (t) => t.role },
        { head: 'Project', cell: (t) => t.project ?? 'all' },
        { head: 'Made', cell: (t) => time(t.created_at), class: 'tight' },
        { head: 'State', cell: tokenState },
        { head: '', class: 'buttons', cell: (t) => t.revoked_at === null && button('Revoke', () => openRevoke(t, changed), { 'aria-label': `Revoke ${t.name}`, 'data-key': `revoke-${t.id}` }) },
      ], data.tokens, (t) => t.name))]);
  return v;
}
