/** Services: what answers on which addresses, where it is placed, and at which stage it stands there. */
import { get, list, path } from '../api.js';
import { button, h, type Child } from '../dom.js';
import { badge, empty, mono, stageBadge, table } from '../parts.js';
import { link } from '../router.js';
import { mayChange } from '../state.js';
import { allStatus, bestStage, stagesOf, type SiteState } from '../status.js';
import { byName, count } from '../text.js';
import type { Project, Service } from '../types.js';
import { view, type View } from '../view.js';
import { openServiceForm } from './service-form.js';

interface Data { readonly services: Service[]; readonly project: Project; readonly status: SiteState[] }

/** The sites of all that report the service, each at its best stage. */
export function stagesBySite(service: Service, status: readonly SiteState[]): { site: string; stage: string }[] {
  return status.flatMap((site) => {
    const stage = bestStage(stagesOf(site, (s) => isThe(s, service)));
    if (stage !== null) return [{ site: site.name, stage }];
    const placed = service.sites.includes(site.name) || site.hosts.some((host) => service.hosts.includes(host.name));
    return placed ? [{ site: site.name, stage: 'unknown' }] : [];
  });
}

export function isThe(state: { readonly name: string; readonly project: string | null; readonly service: string | null }, service: Pick<Service, 'name' | 'project'>): boolean {
  return state.name === `${service.project}.${service.name}` || (state.service === service.name && state.project === service.project);
}

function standing(service: Service, status: readonly SiteState[]): Child {
  const sites = stagesBySite(service, status);
  if (sites.length === 0) return h('span', { class: 'faint' }, 'placed nowhere');
  return h('ul', { class: 'plain stack' }, sites.map(({ site, stage }) => h('li', {}, stageBadge(stage), ' at ', h('b', {}, site))));
}

function guardBadge(service: Service, status: readonly SiteState[]): Child {
  const text = `at least ${count(service.min_sites, 'site')}`;
  const known = stagesBySite(service, status).filter((s) => s.stage !== 'unknown');
  const up = known.filter((s) => s.stage === 'preferred' || s.stage === 'backup').length;
  return known.length > 0 && up < service.min_sites ? badge('bad', 'cross', `${text}, ${up} now`) : text;
}

export function servicesView(project: string): View {
  const changed = (): void => void v.load();
  const v = view<Data>({
    title: 'Services',
    actions: mayChange() && button('Place a service', () => openServiceForm(project, null, '', changed), { class: 'primary', 'data-key': 'place' }),
  }, async () => {
    const [services, own, status] = await Promise.all([list<Service>(path`/api/v1/projects/${project}/services`),
      get<Project>(path`/api/v1/projects/${project}`), allStatus()]);
    return { services: services.sort(byName), project: own, status };
  }, (data) => {
    if (data.services.length === 0) {
      return empty(h('p', {}, `Project ${project} has no service yet.`),
        h('p', { class: 'faint' }, 'A service ties Global IPs to the sites that answer on them, with the checks that say whether they do.'));
    }
    return table(`${count(data.services.length, 'service')} of ${data.project.max_services}`, [
      { head: 'Service', cell: (s) => h('a', { href: link(s.project, 'services', s.name), 'data-key': `service-${s.id}` }, s.name) },
      { head: 'Addresses', cell: (s) => h('ul', { class: 'plain stack' }, s.prefixes.map((p) => h('li', {}, mono(p)))) },
      { head: 'Stands', cell: (s) => standing(s, data.status) },
      { head: 'Guard', cell: (s) => guardBadge(s, data.status) },
      { head: 'Description', cell: (s) => s.description, class: 'words' },
    ], data.services, (s) => s.name);
  });
  return v;
}
