/** Catchments: where the clients of a Global IP land, as its hosts measured. The file of one is read here, row by row. */
import type { Numbered } from './text.js';

export interface CatchmentPart {
  readonly host: string; readonly site: string; readonly sends: boolean; readonly state: string; readonly why: string; readonly restarted: boolean;
  readonly landed: number; readonly measured: number;
}

export interface CatchmentShare { readonly site: string; readonly targets: number; readonly share: number; readonly rtt?: { readonly median_ms: number | null } }

export interface CatchmentResult {
  readonly complete: boolean; readonly targets: number; readonly sites: readonly CatchmentShare[];
  readonly flipping: { readonly targets: number; readonly share: number };
  readonly inflation: { readonly compared: { readonly targets: number }; readonly at_best_site: { readonly targets: number } } | null;
}

export interface Catchment {
  readonly id: string; readonly address: string; readonly service: string; readonly site: string; readonly description: string;
  readonly target_count: number; readonly rounds: number; readonly state: string; readonly why: string; readonly by: string; readonly best: boolean;
  readonly place_count: number; readonly asn_count: number; readonly weight_count: number;
  readonly created_at: string; readonly ended_at: string | null;
  readonly progress: Readonly<Record<'sent' | 'landed' | 'measured' | 'forged' | 'duplicate', number>>;
  readonly parts: readonly CatchmentPart[]; readonly result: CatchmentResult | null;
}

export interface Landing { readonly target: string; readonly sites: string; readonly rtt: number | null; readonly bestSite: string | null; readonly best: number | null }

const number = (text: string | undefined): number | null => (text === undefined || text === '-' ? null : Number(text));

/** The rows of the file: target, block, site or sites, and, in ms, how far it is from there and from the best site. */
export function landings(text: string): Landing[] {
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('{')).map((line) => {
    const [target = '', , sites = '', , rtt, bestSite, best] = line.split(' ');
    const ms = (us: number | null): number | null => (us === null ? null : us / 1000);
    return { target, sites, rtt: ms(number(rtt)), bestSite: bestSite === undefined || bestSite === '-' ? null : bestSite, best: ms(number(best)) };
  });
}

/** Those that another site is nearer to, the worst first. */
export function betterElsewhere(rows: readonly Landing[]): (Landing & { readonly cost: number })[] {
  return rows.flatMap((row) => (row.rtt !== null && row.best !== null && row.bestSite !== null && row.bestSite !== row.sites && row.rtt > row.best
    ? [{ ...row, cost: row.rtt - row.best }] : [])).sort((a, b) => b.cost - a.cost);
}

/** Of those that both have, who lands elsewhere now. */
export function moved(before: readonly Landing[], now: readonly Landing[]): { readonly of: number; readonly rows: { readonly target: string; readonly from: string; readonly to: string }[] } {
  const was = new Map(before.map((row) => [row.target, row.sites]));
  const both = now.filter((row) => was.has(row.target));
  return { of: both.length, rows: both.filter((row) => was.get(row.target) !== row.sites).map((row) => ({ target: row.target, from: was.get(row.target) ?? '', to: row.sites })) };
}

/** What one is compared with: the last that was not cut short, of its address; and one since that was. `older`: the newest first. */
export function earlier(c: Catchment, older: readonly Catchment[]): { readonly before: Catchment | undefined; readonly cutShort: Catchment | undefined } {
  const all = older.filter((one) => one.address === c.address && one.ended_at !== null);
  const before = all.find((one) => one.state === 'done' && one.result !== null);
  return { before, cutShort: all[0] === before ? undefined : all[0] };
}

/** What lands at each site: of a result, or so far. */
export function shares(c: Pick<Catchment, 'result' | 'parts'>): { readonly site: string; readonly targets: number }[] {
  if (c.result !== null) return c.result.sites.map(({ site, targets }) => ({ site, targets }));
  const bySite = new Map<string, number>();
  for (const part of c.parts) bySite.set(part.site, (bySite.get(part.site) ?? 0) + part.landed);
  return [...bySite].map(([site, targets]) => ({ site, targets }));
}

/** Whom to ask, as somebody typed it: a line each, or with blanks or commas between; behind "#" is a comment. */
export function targetsOf(text: string): Numbered[] {
  return text.split('\n').flatMap((line, i) => (line.split('#')[0] ?? '').split(/[\s,]+/).map((word) => ({ text: word, line: i + 1 })))
    .filter((one) => one.text !== '');
}
