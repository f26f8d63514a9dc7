/** A service: placed, changed, deleted. */
import { ask, Keys, list, path } from '../api.js';
import { h } from '../dom.js';
import { openDialog, typedName, withOverride } from '../dialog.js';
import { choice, field } from '../forms.js';
import { announce, mono, problemBox } from '../parts.js';
import { go } from '../router.js';
import { byName } from '../text.js';
import type { GlobalIp, Host, Service, Site } from '../types.js';
import { parseJson } from './network-form.js';

const EXAMPLE = { listen: ['tcp/443'], checks: { web: { type: 'tcp', port: 443, interval: '2s' } } };

const SITE_BY_SITE = 'The change goes from site to site';

interface Choices { readonly ips: GlobalIp[]; readonly sites: Site[]; readonly hosts: Host[] }

async function choices(project: string, service: Service | null): Promise<Choices> {
  const [ips, sites, hosts] = await Promise.all([list<GlobalIp>(path`/api/v1/projects/${project}/global-ips`),
    list<Site>('/api/v1/sites'), list<Host>('/api/v1/hosts')]);
  return {
    ips: ips.filter((ip) => ip.service === null || ip.service === service?.name), sites: sites.sort(byName),
    hosts: hosts.filter((host) => host.project === null || host.project === project).sort(byName),
  };
}

function fieldsOf(service: Service | null, c: Choices) {
  return {
    name: field({ name: 'name', label: 'Name', value: service?.name, required: true, max: 63, placeholder: 'web' }),
    description: field({ name: 'description', label: 'Description', value: service?.description, max: 1000 }),
    ips: choice({
      name: 'global_ips', label: 'Global IPs', many: true, chosen: service?.global_ips ?? [],
      options: c.ips.map((ip) => [ip.id, [mono(ip.prefix), ip.description !== '' && h('span', { class: 'faint' }, ` ${ip.description}`)]]),
      ...(c.ips.length === 0 ? { help: 'Every Global IP of the project is in use: order one first.' } : {}),
    }),
    sites: choice({
      name: 'sites', label: 'Sites: all hosts there', many: true, chosen: service?.sites ?? [], options: c.sites.map((s) => [s.name, s.name]),
    }),
    hosts: choice({
      name: 'hosts', label: 'Single hosts', many: true, chosen: service?.hosts ?? [], options: c.hosts.map((host) => [host.name, host.name]),
      help: 'For a service that not all hosts of a site have.',
    }),
    min: field({
      name: 'min_sites', label: 'Sites that have to stay', type: 'number', value: service?.min_sites ?? 1,
      help: 'Failing checks never withdraw below this.',
    }),
    share: field({
      name: 'max_change_percent', label: 'Most sites a change may reach at once, in percent', type: 'number', value: service?.max_change_percent ?? 50,
    }),
    pace: choice({
      name: 'pace', label: 'How', chosen: ['once'], options: [['once', 'everywhere at once'], ['sites', 'site by site']],
      help: 'Site by site takes what answers and its checks alone: each site is watched before the next, and it stops when anything fails.',
    }),
    document: field({
      name: 'document', label: 'What answers, and how it is checked', rows: 12, mono: true, value: JSON.stringify(service?.document ?? EXAMPLE, null, 2),
      help: ['JSON, with the keys of a service in ', h('code', {}, 'nearcast.yaml'), ' (', h('code', {}, 'man 5 nearcast.yaml'), ').'],
    }),
  };
}

/** null: a new one. */
export function openServiceForm(project: string, service: Service | null, etag: string, done: () => void): void {
  choices(project, service).then((c) => show(project, service, etag, c, done),
    (error: unknown) => announce(problemBox(error).textContent ?? ''));
}

function show(project: string, service: Service | null, etag: string, c: Choices, done: () => void): void {
  const keys = new Keys();
  const f = fieldsOf(service, c);
  openDialog({
    title: service ? `Change ${service.name}` : 'Place a service', submit: service ? 'Save' : 'Place', wide: true,
    fields: service ? [f.description, f.ips, f.sites, f.hosts, f.min, f.share, f.document, f.pace] : Object.values(f),
    body: [service ? null : f.name.element, f.description.element, f.ips.element,
      h('div', { class: 'pair' }, f.sites.element, f.hosts.element), h('div', { class: 'pair' }, f.min.element, f.share.element), f.document.element,
      service ? f.pace.element : null],
    act: async () => {
      const body = {
        description: f.description.value(), global_ips: f.ips.values(), sites: f.sites.values(), hosts: f.hosts.values(),
        min_sites: Number(f.min.value()), max_change_percent: Number(f.share.value()), document: parseJson(f.document.value(), 'document'),
      };
      if (service === null) {
        const made = { name: f.name.value(), ...body };
        await ask('POST', path`/api/v1/projects/${project}/services`, { body: made, key: keys.of(made) });
        done();
        return `Placed ${made.name}`;
      }
      if (f.pace.value() === 'sites') {
        await beginRollout(service, body.document, keys);
        done();
        return SITE_BY_SITE;
      }
      return save(service, body, etag, keys, done);
    },
  });
}

async function beginRollout(service: Service, document: unknown, keys: Keys): Promise<void> {
  const change = { kind: 'change', service: service.name, document };
  await ask('POST', path`/api/v1/projects/${service.project}/rollouts`, { body: change, key: keys.of(change) });
}

/** All of it at once; where that would reach too many sites, the document goes site by site if that is chosen then. */
async function save(service: Service, body: { readonly document: unknown }, etag: string, keys: Keys, done: () => void): Promise<string | false> {
  const at = path`/api/v1/projects/${service.project}/services/${service.name}`;
  let word = `Saved ${service.name}`, now = etag;
  const was = await withOverride(async (reason) => {
    await ask('PATCH', at, { body: reason ? { ...body, override_reason: reason } : body, etag: now });
  }, {
    words: 'Site by site',
    act: async () => {
      const { document, ...rest } = body;
      now = (await ask<Service>('PATCH', at, { body: rest, etag: now })).etag; // so that it can be tried again
      await beginRollout(service, document, keys);
      word = SITE_BY_SITE;
    },
  });
  done();
  return was ? word : false;
}

export function openServiceDelete(service: Service, etag: string): void {
  const typed = typedName(service.name, 'Its Global IPs stay with the project.');
  const places = [...service.sites, ...service.hosts];
  openDialog({
    title: `Delete ${service.name}?`, submit: 'Delete', danger: true, fields: [typed],
    body: [h('div', { class: 'consequences' },
      h('p', {}, service.prefixes.length > 0 && places.length > 0
        ? `${service.prefixes.join(', ')} ${service.prefixes.length > 1 ? 'are' : 'is'} withdrawn at ${places.join(', ')}: its clients get no answer.`
        : 'It has no addresses or no places: nothing is withdrawn.')), typed.element],
    act: async () => {
      typed.check();
      const at = path`/api/v1/projects/${service.project}/services/${service.name}`;
      const was = await withOverride(async (reason) => {
        await ask('DELETE', at, { etag, query: { override_reason: reason } });
      });
      if (was) go(service.project, 'services');
      return was ? `Deleted ${service.name}` : false;
    },
  });
}
