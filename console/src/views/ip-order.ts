/** The order form: how many, of which family, out of which pool, and what that will give. */
import { ask, Keys, path } from '../api.js';
import { h, update } from '../dom.js';
import { openDialog } from '../dialog.js';
import { choice, field } from '../forms.js';
import { reloadProjects } from '../state.js';
import { count, familyName, prefixLength, prefixSize, words } from '../text.js';
import type { Family, GlobalIp, Pool, Project } from '../types.js';

/** The pools that take an order of this family from this project. */
export function poolsFor(pools: readonly Pool[], project: string, family: string): Pool[] {
  return pools.filter((p) => p.family === family && p.open && (p.project === null || p.project === project));
}

/** What an order will give, in a sentence, and what speaks against it. */
export function promise(project: Project, pools: readonly Pool[], family: Family, quantity: number): { words: string; against: string } {
  const [has, most] = family === 'ipv4' ? [project.ipv4, project.max_ipv4] : [project.ipv6, project.max_ipv6];
  const from = pools.map((p) => `${p.name} (${p.prefix})`).join(' or ');
  const text = `One ${quantity > 1 ? 'aligned block' : 'address'}, a /${prefixLength(family, quantity)}${from ? ` out of ${from}` : ''}. `
    + `The project then has ${count(has + quantity, `${familyName(family)} address`, `${familyName(family)} addresses`)} of ${most}.`;
  if (pools.length === 0) return { words: text, against: `No pool of ${familyName(family)} takes orders of this project.` };
  if (has + quantity > most) return { words: text, against: 'That is more than the project may have.' };
  if (pools.every((p) => p.ordered + p.quarantined + quantity > prefixSize(p.prefix))) {
    return { words: text, against: 'No pool has so many free addresses.' };
  }
  return { words: text, against: '' };
}

export function openOrder(project: Project, pools: readonly Pool[], done: () => void): void {
  const keys = new Keys();
  const outlook = h('div', { class: 'outlook', role: 'status' });
  const pool = field({ name: 'pool', label: 'Pool', options: [['', 'Any that has room']] });
  const show = (): void => {
    const f = family.value() as Family;
    const fitting = poolsFor(pools, project.name, f);
    const chosen = fitting.some((p) => p.name === pool.value()) ? pool.value() : '';
    update(pool.control, h('option', { value: '' }, 'Any that has room'),
      fitting.map((p) => h('option', { value: p.name, selected: p.name === chosen }, `${p.name}, ${p.prefix}`)));
    const said = promise(project, fitting.filter((p) => chosen === '' || p.name === chosen), f, Number(quantity.value()));
    update(outlook, h('p', {}, said.words), said.against !== '' && h('p', { class: 'warn' }, said.against));
  };
  const family = choice({ name: 'family', label: 'Family', chosen: ['ipv4'], options: [['ipv4', 'IPv4'], ['ipv6', 'IPv6']], changed: show });
  const quantity = choice({
    name: 'quantity', label: 'Addresses', chosen: ['1'], changed: show,
    options: [['1', '1'], ['2', '2'], ['4', '4']],
  });
  const tags = field({ name: 'tags', label: 'Tags', help: 'Words, with spaces between.' });
  const description = field({ name: 'description', label: 'Description', max: 1000 });
  pool.control.addEventListener('change', show);
  show();
  openDialog({
    title: 'Order a Global IP', submit: 'Order', fields: [family, quantity, pool, tags, description],
    body: [h('div', { class: 'pair' }, family.element, quantity.element), pool.element, outlook, tags.element, description.element],
    act: async () => {
      const body = {
        family: family.value(), quantity: Number(quantity.value()), tags: words(tags.value()), description: description.value(),
        ...(pool.value() === '' ? {} : { pool: pool.value() }),
      };
      const made = (await ask<GlobalIp>('POST', path`/api/v1/projects/${project.name}/global-ips`, { body, key: keys.of(body) })).data;
      done();
      void reloadProjects();
      return `Ordered ${made.prefix}`;
    },
  });
}
