/** A host goes to another site: what it will have there, and what stays, is said first; when it may not, the controller says why. */
import { ask, list, maybe, path } from '../api.js';
import { openDialog, openNote } from '../dialog.js';
import { h, update, type Child } from '../dom.js';
import { field } from '../forms.js';
import type { Order } from '../orders.js';
import { state } from '../state.js';
import { byName, join } from '../text.js';
import type { Host, Service, Site } from '../types.js';

type Placed = Pick<Service, 'name' | 'project' | 'sites' | 'hosts'>;

export interface Change { readonly gets: readonly string[]; readonly loses: readonly string[]; readonly keeps: readonly string[] }

/** Which services the host has at another site, and which no more: those of its site, and those that name the host itself. */
export function changeOf(host: Pick<Host, 'name' | 'site'>, to: string, services: readonly Placed[]): Change {
  const isAt = (s: Placed, site: string): boolean => s.sites.includes(site) || s.hosts.includes(host.name);
  const those = (was: boolean, is: boolean): string[] => services.filter((s) => isAt(s, host.site) === was && isAt(s, to) === is)
    .map((s) => `${s.project}.${s.name}`).sort();
  return { gets: those(false, true), loses: those(true, false), keeps: those(true, true) };
}

/** Of all projects that may have the host. */
async function servicesFor(host: Host): Promise<Service[]> {
  const projects = host.project === null ? state.projects.map((p) => p.name) : [host.project];
  return (await Promise.all(projects.map((project) => list<Service>(path`/api/v1/projects/${project}/services`)))).flat();
}

function consequences(host: Host, to: string, services: readonly Placed[], isOrdered: boolean): Child {
  const { gets, loses, keeps } = changeOf(host, to, services);
  return h('ul', {},
    h('li', {}, `What it gets at ${to}: `, h('b', {}, join(gets) || 'no further service')),
    loses.length > 0 && h('li', {}, `What it leaves at ${host.site}: `, h('b', {}, join(loses))),
    keeps.length > 0 && h('li', {}, 'What it keeps: ', h('b', {}, join(keeps))),
    h('li', {}, 'Its name, credential, network and history go with it; its agent hears of it at once.'),
    isOrdered && h('li', {}, 'What is ordered for the host goes with it: drained, it announces nothing there until it is undrained.'),
    host.joined && h('li', {}, 'It moves only while it announces nothing, and a drain keeps it from that: ', h('b', {}, 'Drain'), ' it first, and wait until all is withdrawn.'));
}

/** orders: those for the host itself. */
export async function openHostMove(host: Host, orders: readonly Order[], done: () => void): Promise<void> {
  const [sites, services] = await Promise.all([list<Site>('/api/v1/sites'), maybe(servicesFor(host))]);
  const others = sites.filter((site) => site.name !== host.site).sort(byName);
  if (others.length === 0) {
    openNote(`Move ${host.name}`, h('p', {}, `There is no other site than ${host.site}: add one first.`));
    return;
  }
  const said = h('div', { class: 'consequences', 'aria-live': 'polite' });
  const site = field({
    name: 'site', label: 'To the site', options: others.map((s) => [s.name, s.city === '' ? s.name : `${s.name} · ${s.city}`]),
  });
  const say = (): void => update(said, consequences(host, site.value(), services ?? [], orders.length > 0));
  site.control.addEventListener('change', say);
  say();
  openDialog({
    title: `Move ${host.name} from ${host.site}`, submit: 'Move', fields: [site], body: [site.element, said],
    act: async () => {
      await ask('PATCH', path`/api/v1/hosts/${host.name}`, { body: { site: site.value() }, etag: `"${host.revision}"` });
      done();
      return `Moved ${host.name} to ${site.value()}`;
    },
  });
}
