/** What is asked before a catchment begins, is told where its targets are, or ends. */
import { ask, Keys, path } from '../api.js';
import { targetsOf, type Catchment } from '../catchments.js';
import { openDialog } from '../dialog.js';
import { h } from '../dom.js';
import { choice, field, type Field } from '../forms.js';
import { linesOf } from '../landing.js';
import type { Numbered } from '../text.js';
import type { GlobalIp, Service } from '../types.js';

const texts = (items: readonly Numbered[]): string[] => items.map((one) => one.text);

interface Known { readonly places?: string[]; readonly asns?: string[]; readonly weights?: string[] }

function placeFields(): { readonly fields: readonly Field[]; readonly body: () => Known } {
  const places = field({ name: 'places', label: 'Where they are', rows: 4, mono: true, items: linesOf, help: 'For the map. A prefix, a country, degrees north and east and a city in each line: 192.0.2.0/24 NL 52.37 4.90 Amsterdam' });
  const asns = field({ name: 'asns', label: 'Whose they are', rows: 3, mono: true, items: linesOf, help: 'A prefix, the number of its AS and its name in each line: 192.0.2.0/24 64500 Northwind' });
  const weights = field({ name: 'weights', label: 'What they weigh', rows: 3, mono: true, items: linesOf, help: 'For shares of users, queries or bytes. A prefix and a whole number in each line: 192.0.2.0/24 1200' });
  const fields = [places, asns, weights];
  return {
    fields,
    body: () => Object.fromEntries(fields.filter((f) => f.value() !== '').map((f) => [f.name, texts(linesOf(f.value()))])),
  };
}

export function openStart(project: string, ips: readonly GlobalIp[], services: readonly Service[], done: () => void): void {
  const keys = new Keys();
  const served = ips.filter((ip) => ip.service !== null && ip.state === 'active');
  const sites = [...new Set(services.flatMap((s) => s.sites))].sort();
  const ip = field({ name: 'global_ip', label: 'Global IP', options: served.map((g) => [g.id, `${g.prefix}, ${g.service ?? ''}`]) });
  const site = field({ name: 'site', label: 'Site that sends', options: sites.map((name) => [name, name]) });
  const targets = field({ name: 'targets', label: 'Whom to ask', rows: 6, mono: true, required: true, items: targetsOf, help: 'An address or a prefix in each line; a prefix stands for one address in each /24, or /48.' });
  const contact = field({ name: 'contact', label: 'Contact', max: 100, help: 'A URL or a mail address in each request, for those who are asked and wonder why.' });
  const pps = field({ name: 'pps', label: 'Requests a second', type: 'number', value: 1000 });
  const best = field({ name: 'best', label: 'How far each site is', value: '', options: [['', 'is not measured'], ['yes', 'each site measures it, too']] });
  const lab = choice({
    name: 'lab', label: 'Lab', many: true, chosen: [], options: [['yes', 'This is a lab: special-purpose addresses may be asked']],
    help: 'Such as those for documentation, 192.0.2.0/24, and private ones; then no contact is needed. Only the controller of a lab takes it.',
  });
  const known = placeFields();
  const fields = [ip, site, targets, contact, pps, best, lab, ...known.fields];
  openDialog({
    title: 'Measure a catchment', submit: 'Begin', fields,
    body: [h('div', { class: 'consequences' }, h('p', {}, 'The site asks each address from the Global IP; the replies land where its clients land. It can be stopped at any time.')),
      fields.map((f) => f.element)],
    act: async () => {
      const body = {
        global_ip: ip.value(), site: site.value(), targets: texts(targetsOf(targets.value())), pps: Number(pps.value()), best: best.value() !== '',
        ...(lab.value() === '' ? {} : { lab: true }),
        ...(contact.value() === '' ? {} : { contact: contact.value() }), ...known.body(),
      };
      await ask('POST', path`/api/v1/projects/${project}/catchments`, { body, key: keys.of(body) });
      done();
      return 'The catchment is being measured';
    },
  });
}

export function openLocate(project: string, c: Catchment, done: () => void): void {
  const keys = new Keys();
  const known = placeFields();
  const { fields } = known;
  openDialog({
    title: `The clients of ${c.address}: where, whose, what they weigh`, submit: 'Tell', fields,
    body: [h('p', {}, 'What is known already stays. For files of the whole world there is a command, which sends of them what is needed: ',
      h('code', {}, `nearcast catchments locate ${c.id} --places FILE --asn FILE --weights FILE`)), fields.map((f) => f.element)],
    act: async () => {
      const body = known.body();
      await ask('POST', path`/api/v1/projects/${project}/catchments/${c.id}/places`, { body, key: keys.of(body) });
      done();
      return 'The report knows it';
    },
  });
}

export function openEnd(project: string, c: Catchment, done: () => void): void {
  const over = c.ended_at !== null;
  const target = path`/api/v1/projects/${project}/catchments/${c.id}`;
  openDialog({
    title: over ? `Forget the catchment of ${c.address}?` : `Stop the catchment of ${c.address}?`, submit: over ? 'Forget' : 'Stop', danger: over, fields: [],
    body: [h('p', {}, over ? 'What it measured is gone then.' : 'Nothing more is sent; what has landed counts.')],
    act: async () => {
      await ask(over ? 'DELETE' : 'POST', over ? target : `${target}/stop`);
      done();
    },
  });
}
