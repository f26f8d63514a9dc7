/** One Global IP: its tags and description, and its release with what follows from it. */
import { ask, path, Problem } from '../api.js';
import { h, type Child } from '../dom.js';
import { openDialog, typedName, withOverride } from '../dialog.js';
import { field } from '../forms.js';
import { mono } from '../parts.js';
import { count, words } from '../text.js';
import type { GlobalIp, Service } from '../types.js';

function target(ip: GlobalIp): string {
  return path`/api/v1/projects/${ip.project}/global-ips/${ip.id}`;
}

/** Somebody else was faster: what he wrote is shown beside what was typed here. */
function toldKindly(error: unknown, theirs: string): never {
  if (error instanceof Problem && error.status === 412) {
    throw new Problem(412, 'Somebody else has changed it meanwhile',
      `It now says: ${theirs}. What you typed is still here: send it again to put it over that, or cancel.`);
  }
  throw error;
}

export function openChange(ip: GlobalIp, done: () => void): void {
  let etag = `"${ip.revision}"`;
  const tags = field({ name: 'tags', label: 'Tags', value: ip.tags.join(' '), help: 'Words, with spaces between.' });
  const description = field({ name: 'description', label: 'Description', value: ip.description, rows: 3, max: 1000 });
  openDialog({
    title: `Edit ${ip.prefix}`, submit: 'Save', fields: [tags, description], body: [tags.element, description.element],
    act: async () => {
      const body = { tags: words(tags.value()), description: description.value() };
      try {
        await ask('PATCH', target(ip), { body, etag });
      } catch (error) {
        let theirs = '';
        if (error instanceof Problem && error.status === 412) {
          const now = await ask<GlobalIp>('GET', target(ip));
          etag = now.etag;
          theirs = `“${now.data.description}”, tags ${now.data.tags.join(' ') || 'none'}`;
        }
        toldKindly(error, theirs);
      }
      done();
      return `Saved ${ip.prefix}`;
    },
  });
}

function consequences(ip: GlobalIp, service: Service | null): Child {
  const places = service ? [...service.sites, ...service.hosts] : [];
  return h('div', { class: 'consequences' }, h('p', {}, 'What follows:'), h('ul', {},
    service !== null && h('li', {}, 'Service ', h('b', {}, service.name), ' loses ', mono(ip.prefix),
      places.length > 0 && [': it is withdrawn at ', h('b', {}, places.join(', ')), ', and clients that use it get no answer']),
    h('li', {}, `${count(ip.quantity, 'address', 'addresses')} of the project’s limit ${ip.quantity > 1 ? 'are' : 'is'} free again.`),
    h('li', {}, 'The block rests in quarantine for as long as its pool says, then anybody may be given it. You cannot ask for this very block again.')));
}

async function takeOut(ip: GlobalIp, service: Service, reason?: string): Promise<void> {
  const at = path`/api/v1/projects/${ip.project}/services/${service.name}`;
  const now = await ask<Service>('GET', at);
  await ask('PATCH', at, {
    etag: now.etag,
    body: { global_ips: now.data.global_ips.filter((id) => id !== ip.id), ...(reason ? { override_reason: reason } : {}) },
  });
}

async function release(ip: GlobalIp, service: Service | null): Promise<boolean> {
  if (service !== null && !await withOverride((reason) => takeOut(ip, service, reason))) return false;
  await ask('DELETE', target(ip));
  return true;
}

export function openRelease(ip: GlobalIp, done: () => void): void {
  const open = (service: Service | null): void => {
    const typed = service === null ? null
      : typedName(ip.prefix, `A service uses it: releasing it takes it from ${service.name} first.`);
    openDialog({
      title: `Release ${ip.prefix}?`, submit: 'Release', danger: true, fields: typed ? [typed] : [],
      body: [consequences(ip, service), typed?.element],
      act: async () => {
        typed?.check();
        const was = await release(ip, service);
        done();
        return was ? `Released ${ip.prefix}` : false;
      },
    });
  };
  if (ip.service === null) open(null);
  else ask<Service>('GET', path`/api/v1/projects/${ip.project}/services/${ip.service}`).then((a) => open(a.data), () => open(null));
}
