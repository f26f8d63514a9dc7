/** Which address is which view; the first is where one arrives. */
import type { Params, Route } from './router.js';
import type { View } from './view.js';
import { accessView } from './views/access.js';
import { auditView } from './views/audit.js';
import { catchmentsView } from './views/catchments.js';
import { eventsView } from './views/events.js';
import { hostView } from './views/host.js';
import { ipsView } from './views/ips.js';
import { mapView } from './views/map.js';
import { serviceView } from './views/service.js';
import { servicesView } from './views/services.js';
import { sitesView } from './views/sites.js';

export const routes: readonly Route<(params: Params) => View>[] = [
  { pattern: '/:project/ips', target: (p) => ipsView(p['project'] ?? '') },
  { pattern: '/map', target: () => mapView() },
  { pattern: '/events', target: () => eventsView() },
  { pattern: '/audit', target: () => auditView() },
  { pattern: '/access', target: () => accessView() },
  { pattern: '/sites', target: () => sitesView() },
  { pattern: '/hosts/:host', target: (p) => hostView(p['host'] ?? '') },
  { pattern: '/:project/catchments', target: (p) => catchmentsView(p['project'] ?? '') },
  { pattern: '/:project/services', target: (p) => servicesView(p['project'] ?? '') },
  { pattern: '/:project/services/:service', target: (p) => serviceView(p['project'] ?? '', p['service'] ?? '') },
];

export interface MenuItem {
  readonly words: string; readonly parts: readonly string[]; readonly administrators?: boolean;
  readonly with?: readonly string[]; // first parts of other addresses that belong to it
}

/** What stands in the menu; ":project" is the chosen one. */
export const menu: readonly MenuItem[] = [
  { words: 'IPs & Networks', parts: [':project', 'ips'] },
  { words: 'Map', parts: ['map'] },
  { words: 'Services', parts: [':project', 'services'] },
  { words: 'Catchments', parts: [':project', 'catchments'] },
  { words: 'Sites & hosts', parts: ['sites'], with: ['hosts'] },
  { words: 'Events & audit', parts: ['events'], with: ['audit'] },
  { words: 'Projects & tokens', parts: ['access'], administrators: true },
];
