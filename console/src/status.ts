/** What is announced where, as the hosts report it: the model that the map, services and hosts are drawn from. */
import { get, list, maybe, path } from './api.js';
import type { CheckHistory } from './history.js';
import { isPresent } from './presence.js';
import type { Host, Site, Stage, Verdict } from './types.js';

export interface AddressState {
  readonly prefix: string; readonly stage: Stage; readonly verdict: Verdict; readonly reason: string; readonly since: string;
}

/** A check as the agent tells it. */
export interface Check {
  readonly name: string; readonly type: string; readonly verdict: Verdict; readonly why: string; readonly scope?: string;
  readonly address?: string | null; readonly last_ms?: number | null; readonly last_why?: string | null; readonly interval_ms?: number;
  readonly passes?: number; readonly failures?: number; readonly history?: CheckHistory;
}

export interface DrainProgress {
  readonly phase?: 'waiting' | 'done'; readonly reason?: string; readonly connections?: number | null; readonly most_connections?: number;
  readonly until_connections?: number; readonly left_ms?: number | null; readonly ended_why?: string | null;
}

export interface ServiceState {
  readonly name: string; readonly project: string | null; readonly service: string | null; readonly from: 'controller' | 'file';
  readonly addresses: readonly AddressState[]; readonly checks: readonly Check[];
  readonly drain: DrainProgress | null; readonly hold: DrainProgress | null;
}

export interface NeighborState {
  readonly name: string; readonly address: string; readonly peer_as: number | null; readonly state: string; readonly since: string | null;
}

export interface HostState {
  readonly name: string; readonly present: boolean; readonly joined: boolean; readonly seen_at: string | null;
  readonly behind: boolean; // it has not said yet that it does what it was told last
  readonly services: readonly ServiceState[]; readonly neighbors: readonly NeighborState[];
}

export interface SiteState {
  readonly name: string; readonly city: string; readonly country: string;
  readonly latitude: number | null; readonly longitude: number | null; readonly hosts: readonly HostState[];
}

const RANK: Readonly<Record<Stage, number>> = { preferred: 2, backup: 1, withdrawn: 0 };

/** The best of them: what clients get at a site is its best host. null: nothing is known. */
export function bestStage(stages: readonly Stage[]): Stage | null {
  return stages.reduce<Stage | null>((best, stage) => (best === null || RANK[stage] > RANK[best] ? stage : best), null);
}

/** The stages of a site: of present hosts alone, since the network has long forgotten what the others said. */
export function stagesOf(site: SiteState, wanted: (service: ServiceState) => boolean = () => true): Stage[] {
  return site.hosts.filter((host) => host.present).flatMap((host) => (
    host.services.filter(wanted).flatMap((service) => service.addresses.map((a) => a.stage))));
}

/** Of a session with a neighbor: agents write its state as RFC 4271 does. */
export function isUp(state: string): boolean {
  return state.toLowerCase() === 'established';
}

export interface Health { readonly stage: Stage | null; readonly words: string; readonly troubles: readonly string[] }

/** A site in a word, and what is wrong there. */
export function siteHealth(site: SiteState): Health {
  const stages = stagesOf(site);
  const stage = bestStage(stages);
  const troubles: string[] = [];
  const away = site.hosts.filter((host) => host.joined && !host.present);
  if (away.length > 0) troubles.push(`${away.map((host) => host.name).join(', ')} ${away.length === 1 ? 'is' : 'are'} away`);
  const down = site.hosts.filter((host) => host.present).flatMap((host) => (
    host.neighbors.filter((n) => !isUp(n.state)).map((n) => `${host.name}: neighbor ${n.name} is ${n.state}`)));
  troubles.push(...down);
  for (const host of site.hosts.filter((h) => h.present)) {
    for (const service of host.services) {
      const failing = service.addresses.filter((a) => a.verdict === 'failing');
      if (failing.length > 0) troubles.push(`${host.name}: ${service.name} fails: ${failing[0]?.reason ?? ''}`);
    }
  }
  const all = stages.length;
  const best = stages.filter((s) => s === 'preferred').length;
  let words = all === 0 ? 'nothing is reported' : `${best} of ${all} preferred`;
  if (all > 0 && best === 0) words = stages.includes('backup') ? 'only backup' : 'all withdrawn';
  return { stage, words, troubles };
}

interface Detail { readonly checks?: readonly Check[]; readonly drain?: DrainProgress | null; readonly hold?: DrainProgress | null }
interface RawService {
  readonly name: string; readonly project?: string | null; readonly service?: string | null; readonly from?: 'controller' | 'file';
  readonly detail?: Detail; readonly addresses: readonly AddressState[];
}
interface RawHost {
  readonly name: string; readonly present?: boolean; readonly joined?: boolean; readonly seen_at?: string | null;
  readonly desired_revision?: number; readonly applied_revision?: number | null;
  readonly services?: readonly RawService[]; readonly neighbors?: readonly NeighborState[];
}
interface RawSite extends Omit<SiteState, 'hosts'> { readonly hosts?: readonly RawHost[] }

function toService(raw: RawService): ServiceState {
  return {
    name: raw.name, project: raw.project ?? null, service: raw.service ?? null, from: raw.from ?? 'controller', addresses: raw.addresses,
    checks: raw.detail?.checks ?? [], drain: raw.detail?.drain ?? null, hold: raw.detail?.hold ?? null,
  };
}

function toHost(raw: RawHost): HostState {
  return {
    name: raw.name, present: raw.present ?? false, joined: raw.joined ?? true, seen_at: raw.seen_at ?? null,
    behind: (raw.joined ?? true) && (raw.applied_revision ?? 0) < (raw.desired_revision ?? 0),
    services: (raw.services ?? []).map(toService), neighbors: raw.neighbors ?? [],
  };
}

function toSite(raw: RawSite): SiteState {
  return { ...raw, hosts: (raw.hosts ?? []).map(toHost) };
}

/** What can be known without reports: which sites and hosts there are, and who was heard of. */
async function places(): Promise<SiteState[]> {
  const [sites, hosts] = await Promise.all([list<Site>('/api/v1/sites'), list<Host>('/api/v1/hosts')]);
  return sites.map((site) => ({
    name: site.name, city: site.city, country: site.country, latitude: site.latitude, longitude: site.longitude,
    hosts: hosts.filter((host) => host.site === site.name).map((host) => ({
      name: host.name, present: isPresent(host), joined: host.joined, seen_at: host.seen_at, behind: host.joined && (host.applied_revision ?? 0) < host.desired_revision, services: [], neighbors: [],
    })),
  }));
}

export async function allStatus(): Promise<SiteState[]> {
  const raw = await maybe(get<{ sites: readonly RawSite[] }>('/api/v1/status'));
  return raw === null ? places() : raw.sites.map(toSite);
}

export async function serviceStatus(project: string, service: string): Promise<SiteState[]> {
  const raw = await maybe(get<{ sites: readonly RawSite[] }>(path`/api/v1/projects/${project}/services/${service}/status`));
  return raw === null ? places() : raw.sites.map(toSite);
}

export async function hostStatus(host: string): Promise<HostState | null> {
  const raw = await maybe(get<RawHost>(path`/api/v1/hosts/${host}/status`));
  return raw === null ? null : toHost(raw);
}
