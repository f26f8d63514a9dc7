/** A site: added, changed, deleted. */
import { ask, Keys, path } from '../api.js';
import { button, h } from '../dom.js';
import { openDialog, typedName } from '../dialog.js';
import { field } from '../forms.js';
import type { Site } from '../types.js';

function openDelete(site: Site, done: () => void): void {
  const typed = typedName(site.name, 'Only a site without hosts can be deleted.');
  openDialog({
    title: `Delete ${site.name}?`, submit: 'Delete', danger: true, fields: [typed], body: [typed.element],
    act: async () => {
      typed.check();
      await ask('DELETE', path`/api/v1/sites/${site.name}`, { etag: `"${site.revision}"` });
      done();
      return `Deleted ${site.name}`;
    },
  });
}

function degrees(text: string): number | string | null {
  if (text === '') return null;
  const value = Number(text.replace(',', '.'));
  return Number.isNaN(value) ? text : value;
}

/** null: a new one. */
export function openSite(site: Site | null, done: () => void): void {
  const keys = new Keys();
  const name = field({ name: 'name', label: 'Name', value: site?.name, required: true, max: 63, placeholder: 'am6' });
  const city = field({ name: 'city', label: 'City', value: site?.city, max: 100 });
  const country = field({ name: 'country', label: 'Country', value: site?.country, max: 100 });
  const latitude = field({ name: 'latitude', label: 'Latitude', value: site?.latitude ?? '', help: 'Degrees, north is positive: for the map.' });
  const longitude = field({ name: 'longitude', label: 'Longitude', value: site?.longitude ?? '', help: 'Degrees, east is positive.' });
  const description = field({ name: 'description', label: 'Description', value: site?.description, max: 1000 });
  const dialog = openDialog({
    title: site ? `Site ${site.name}` : 'Add a site', submit: site ? 'Save' : 'Add',
    fields: [name, city, country, latitude, longitude, description],
    body: [name.element, h('div', { class: 'pair' }, city.element, country.element),
      h('div', { class: 'pair' }, latitude.element, longitude.element), description.element,
      site && button('Delete this site…', () => {
        dialog.close();
        openDelete(site, done);
      }, { class: 'quiet' })],
    act: async () => {
      const body = {
        name: name.value(), city: city.value(), country: country.value(), description: description.value(),
        latitude: degrees(latitude.value()), longitude: degrees(longitude.value()),
      };
      if (site) await ask('PATCH', path`/api/v1/sites/${site.name}`, { body, etag: `"${site.revision}"` });
      else await ask('POST', '/api/v1/sites', { body, key: keys.of(body) });
      done();
      return `Saved ${body.name}`;
    },
  });
}
