/** The report of a catchment: where its clients are, whom a better site could serve, distributions. What is better, the controller says. */
import type { Numbered } from './text.js';

export interface Amount { readonly clients: number; readonly weight: number; readonly share: number }
export interface Quantiles { readonly median: number; readonly p90: number; readonly p95: number; readonly p99: number }
export type Cdf = readonly (readonly [number, number])[];

export interface Landed {
  readonly heard: Amount; readonly at_several_sites: Amount; readonly compared: Amount; readonly at_best_site: Amount;
  readonly placed: Amount; readonly at_nearest_site: Amount;
  readonly rtt_ms: Quantiles | null; readonly inflation_ms: Quantiles | null; readonly inflation_km: Quantiles | null;
  readonly latency_cdf: Cdf; readonly inflation_cdf: Cdf;
}

interface Place { readonly city: string | null; readonly country: string | null; readonly latitude: number | null; readonly longitude: number | null }
interface Who { readonly client: string; readonly clients: number; readonly network: string | null; readonly asn: number | null }

export interface LandingSite extends Place { readonly name: string; readonly before: Amount | null; readonly after: Amount }

/** Clients of one place and network that land at one site. */
export interface Spot extends Who, Place {
  readonly networks: number; readonly weight: number; readonly share: number | null; readonly heard: boolean;
  readonly site: string | null; readonly sites: string | null; readonly rtt_ms: number | null; readonly best_site: string | null;
  readonly best_rtt_ms: number | null; readonly inflation_ms: number | null; readonly inflation_km: number | null; readonly better_site: string | null;
}

/** Those of a network in a country that a better site could serve. */
export interface Better extends Who {
  readonly city: string | null; readonly country: string | null; readonly site: string | null; readonly rtt_ms: number | null;
  readonly better_site: string | null; readonly better_rtt_ms: number | null; readonly only_nearer: boolean;
  readonly inflation_ms: number | null; readonly inflation_km: number | null; readonly share: number;
}

export interface Report {
  readonly asked: number | null; readonly complete: boolean; readonly weighted: boolean; readonly notes: readonly string[];
  readonly limits: { readonly inflation_ms: number; readonly inflation_km: number };
  readonly sites: readonly LandingSite[]; readonly before: Landed | null; readonly after: Landed;
  readonly change: { readonly moved: Amount; readonly mended: Amount; readonly worsened: Amount } | null;
  readonly better: readonly Better[];
  readonly better_left_out: { readonly rows: number; readonly clients: number; readonly share: number; readonly cost_ms: number | null };
  readonly clients: readonly Spot[];
  readonly clients_told: {
    readonly by_network: boolean; readonly degrees: number; readonly unplaced: number;
    readonly left_out: { readonly clients: number; readonly share: number };
  };
}

/** "12.5 %", and of what, where that is not how many clients there are. */
export function shareWords(report: Pick<Report, 'weighted'>, share: number): string {
  return `${share.toFixed(1)} %${report.weighted ? ' of the weight' : ''}`;
}

/** The number of a site, which its colour and shape follow; -1: of none. */
export function siteIndex(report: Report, name: string | null): number {
  return report.sites.findIndex((site) => site.name === name);
}

/** "AS64500 Northwind"; of one that is not known, its address. */
export function networkName(who: Who & { readonly networks?: number }): string {
  if ((who.networks ?? 1) > 1) return `${who.networks ?? 0} networks`;
  if (who.asn === null) return who.network ?? (who.clients === 1 ? who.client : 'not known');
  return `AS${who.asn}${who.network === null ? '' : ` ${who.network}`}`;
}

export function placeName(place: { readonly city: string | null; readonly country: string | null }): string {
  return [place.city, place.country].filter((word) => word !== null && word !== '').join(', ');
}

/** What a spot is, in words. */
export function spotWords(spot: Spot): string {
  const where = placeName(spot);
  const lands = spot.heard ? `lands at ${spot.site ?? spot.sites ?? 'several sites'}` : 'not heard';
  return `${networkName(spot)}${where === '' ? '' : `, ${where}`}${spot.clients > 1 ? `, ${spot.clients.toLocaleString('en')} clients` : ''}: ${lands}`
    + `${spot.rtt_ms === null ? '' : `, ${spot.rtt_ms.toFixed(1)} ms`}${spot.better_site === null ? '' : `; ${spot.better_site} could serve it better`}`;
}

/** What the list of clients, and the map if there is one, do not tell. */
export function untold(report: Report, isMap: boolean): string[] {
  const { by_network: byNetwork, degrees, unplaced, left_out: leftOut } = report.clients_told;
  return [
    isMap && unplaced > 0 ? `${unplaced.toLocaleString('en')} clients have no place on it: theirs is not known.` : '',
    byNetwork ? '' : `There are so many that networks are not told apart${degrees > 0 ? `, and what is within ${degrees}° of latitude and longitude is one place` : ''}.`,
    leftOut.clients > 0 ? `Left out are ${leftOut.clients.toLocaleString('en')} clients, ${leftOut.share.toFixed(1)} % of all, of places with least of them.` : '',
  ].filter((words) => words !== '');
}

/** The lines of a file, as somebody pasted it. */
export function linesOf(text: string): Numbered[] {
  return text.split('\n').map((line, i) => ({ text: line.trimEnd(), line: i + 1 })).filter((one) => one.text !== '');
}
