/** A host: added before it joins, changed, deleted. */
import { ask, Keys, path } from '../api.js';
import { h } from '../dom.js';
import { openDialog, typedName, withOverride } from '../dialog.js';
import { field } from '../forms.js';
import { go } from '../router.js';
import { state } from '../state.js';
import { words } from '../text.js';
import type { Host } from '../types.js';

/** A new one at the site. */
export function openHost(site: string, done: () => void): void {
  const keys = new Keys();
  const name = field({ name: 'name', label: 'Name', required: true, max: 63, placeholder: `${site}-1` });
  const project = field({
    name: 'project', label: 'For', options: [['', 'All projects'], ...state.projects.map((p) => [p.name, p.name] as const)],
  });
  const tags = field({ name: 'tags', label: 'Tags', help: 'Words, with spaces between.' });
  const description = field({ name: 'description', label: 'Description', max: 1000 });
  const fields = [name, project, tags, description];
  openDialog({
    title: `Add a host at ${site}`, submit: 'Add', fields, body: [
      h('p', { class: 'help' }, 'A host that joins with a token adds itself: this is for services that are placed before it does.'),
      fields.map((f) => f.element)],
    act: async () => {
      const body = { name: name.value(), site, project: project.value() || null, tags: words(tags.value()), description: description.value() };
      await ask('POST', '/api/v1/hosts', { body, key: keys.of(body) });
      done();
      return `Added ${body.name}`;
    },
  });
}

export function openHostChange(host: Host, done: () => void): void {
  const tags = field({ name: 'tags', label: 'Tags', value: host.tags.join(' '), help: 'Words, with spaces between.' });
  const description = field({ name: 'description', label: 'Description', value: host.description, max: 1000 });
  openDialog({
    title: `Edit ${host.name}`, submit: 'Save', fields: [tags, description], body: [tags.element, description.element],
    act: async () => {
      await ask('PATCH', path`/api/v1/hosts/${host.name}`, {
        body: { tags: words(tags.value()), description: description.value() }, etag: `"${host.revision}"`,
      });
      done();
      return `Saved ${host.name}`;
    },
  });
}

export function openHostDelete(host: Host): void {
  const typed = typedName(host.name, 'It has to join again to come back.');
  openDialog({
    title: `Delete ${host.name}?`, submit: 'Delete', danger: true, fields: [typed],
    body: [h('div', { class: 'consequences' }, h('p', {}, 'Its credential ends. An agent that still runs there goes on with what it last knew, and is told nothing more.')),
      typed.element],
    act: async () => {
      typed.check();
      const was = await withOverride(async (reason) => {
        await ask('DELETE', path`/api/v1/hosts/${host.name}`, { etag: `"${host.revision}"`, query: { override_reason: reason } });
      });
      if (was) go('sites');
      return was ? `Deleted ${host.name}` : false;
    },
  });
}
