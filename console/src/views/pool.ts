/** A pool: added, changed, deleted. */
import { ask, Keys, path } from '../api.js';
import { button, h } from '../dom.js';
import { openDialog, typedName } from '../dialog.js';
import { choice, field } from '../forms.js';
import { state } from '../state.js';
import type { Pool } from '../types.js';

const DAY = 86_400;

function openDelete(pool: Pool, done: () => void): void {
  const typed = typedName(pool.name, 'A pool of which something is ordered or rests cannot be deleted.');
  openDialog({
    title: `Delete pool ${pool.name}?`, submit: 'Delete', danger: true, fields: [typed],
    body: [h('div', { class: 'consequences' }, h('p', {}, `Nothing more can be ordered out of ${pool.prefix}.`)), typed.element],
    act: async () => {
      typed.check();
      await ask('DELETE', path`/api/v1/pools/${pool.name}`, { etag: `"${pool.revision}"` });
      done();
      return `Deleted pool ${pool.name}`;
    },
  });
}

/** null: a new one. */
export function openPool(pool: Pool | null, done: () => void): void {
  const keys = new Keys();
  const name = field({ name: 'name', label: 'Name', value: pool?.name, required: true, max: 63 });
  const prefix = field({ name: 'prefix', label: 'Prefix', mono: true, required: true, placeholder: '203.0.113.0/24' });
  const announced = choice({
    name: 'announced_as', label: 'The network announces it as', chosen: ['aggregate'],
    options: [['aggregate', 'an aggregate'], ['host-routes', 'host routes']],
    help: 'With host routes the first and the last address are given out, too.',
  });
  const project = field({ name: 'project', label: 'For', options: [['', 'All projects'], ...state.projects.map((p) => [p.name, p.name] as const)] });
  const rest = field({
    name: 'quarantine_seconds', label: 'Days of rest after a release', type: 'number', value: (pool?.quarantine_seconds ?? 7 * DAY) / DAY,
  });
  const open = choice({ name: 'open', label: 'Orders', chosen: [pool?.open === false ? 'closed' : 'open'], options: [['open', 'open'], ['closed', 'closed']] });
  const description = field({ name: 'description', label: 'Description', value: pool?.description, max: 1000 });
  const fields = pool ? [name, rest, open, description] : [name, prefix, announced, project, rest, open, description];
  const dialog = openDialog({
    title: pool ? `Pool ${pool.name}` : 'Add a pool', submit: pool ? 'Save' : 'Add', fields,
    body: [fields.map((f) => f.element), pool && button('Delete this pool…', () => {
      dialog.close();
      openDelete(pool, done);
    }, { class: 'quiet' })],
    act: async () => {
      const body = {
        name: name.value(), description: description.value(), open: open.value() === 'open',
        quarantine_seconds: Math.round(Number(rest.value()) * DAY),
        ...(pool ? {} : { prefix: prefix.value(), announced_as: announced.value(), project: project.value() || null }),
      };
      if (pool) await ask('PATCH', path`/api/v1/pools/${pool.name}`, { body, etag: `"${pool.revision}"` });
      else await ask('POST', '/api/v1/pools', { body, key: keys.of(body) });
      done();
      return `Saved pool ${name.value()}`;
    },
  });
}
