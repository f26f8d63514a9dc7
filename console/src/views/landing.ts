/** What the report of a catchment says, as elements: key figures, whom a better site could serve, all clients, distributions. */
import { chart } from '../cdf.js';
import { h, type Child } from '../dom.js';
import { networkName, placeName, shareWords, siteIndex, untold, type Amount, type Landed, type Quantiles, type Report, type Spot } from '../landing.js';
import { facts, table, type Column } from '../parts.js';
import { count } from '../text.js';
import { siteMark } from './client-map.js';

const BETTER_SHOWN = 20;
const CLIENTS_SHOWN = 100;

const ms = (value: number | null): string => (value === null ? '–' : `${value.toFixed(1)} ms`);
const percent = (value: number): string => `${value.toFixed(1)} %`;

function site(report: Report, name: string | null, several = 'several'): Child {
  return h('span', { class: 'at-site' }, siteMark(siteIndex(report, name)), name ?? several);
}

/** How much of those that were compared: "89.3 % of 84". */
function part(report: Report, some: Amount, all: Amount): string {
  return report.weighted ? `${percent(some.share)} of the weight of ${all.clients.toLocaleString('en')}` : `${percent(some.share)} of ${all.clients.toLocaleString('en')}`;
}

export function figures(report: Report): Child {
  const { after, change } = report;
  return facts(
    after.compared.clients > 0 && [report.complete ? 'Served by the best site' : 'Served by the best of the sites that were measured',
      part(report, after.at_best_site, after.compared)],
    after.placed.clients > 0 && ['Served by the nearest', part(report, after.at_nearest_site, after.placed)],
    after.rtt_ms !== null && ['RTT, median', ms(after.rtt_ms.median)],
    after.inflation_ms !== null && ['Inflation, 95th percentile', ms(after.inflation_ms.p95)],
    change !== null && ['Moved since the one before', String(change.moved.clients)]);
}

/** What it costs them: time where that is known, else how much too far they go. */
function costs(row: Report['better'][number]): Child {
  const km = row.inflation_km === null ? '' : `${Math.round(row.inflation_km).toLocaleString('en')} km`;
  if (row.inflation_ms === null) return [km, row.only_nearer && h('span', { class: 'faint' }, ' only nearer')];
  return [ms(row.inflation_ms), km !== '' && h('span', { class: 'faint' }, ` ${km}`)];
}

export function better(report: Report): Child {
  const shown = report.better.slice(0, BETTER_SHOWN);
  const more = report.better.length - shown.length + report.better_left_out.rows;
  if (shown.length === 0) {
    return h('p', {}, report.after.compared.clients + report.after.placed.clients > 0
      ? 'No client was found that another site would serve noticeably better.'
      : 'Which site is the best for whom is not known: neither was it measured, nor are the places of clients known.');
  }
  const columns: Column<Report['better'][number]>[] = [
    { head: 'Network', class: 'words', cell: (r) => networkName(r) }, { head: 'Country', cell: (r) => r.country ?? '–' },
    { head: 'Clients', cell: (r) => `${r.clients.toLocaleString('en')}, ${shareWords(report, r.share)}` },
    { head: 'Lands at', cell: (r) => site(report, r.site) }, { head: 'RTT', cell: (r) => ms(r.rtt_ms) },
    { head: 'Better', cell: (r) => site(report, r.better_site) }, { head: 'Better RTT', cell: (r) => ms(r.better_rtt_ms) },
    { head: 'Too much', cell: costs },
  ];
  return [
    table('Whom a better site could serve', columns, shown, (r) => `${r.client}-${r.site ?? ''}`),
    more > 0 && h('p', { class: 'faint' }, `and ${count(more, 'more row')}, which cost less`),
    h('p', { class: 'faint' }, `Those that lose more than ${report.limits.inflation_ms} ms, or go more than ${report.limits.inflation_km.toLocaleString('en')} km too far, by network and country; what costs most first.`),
  ];
}

/** The map in words, for who does not see it, and for who wants the numbers. */
export function clients(report: Report, key: string): Child {
  const shown = report.clients.slice(0, CLIENTS_SHOWN);
  if (shown.length === 0) return null;
  return h('details', { 'data-key': key }, h('summary', {}, 'The clients, by place and network'),
    table('Clients by place and network', [
      { head: 'Network', class: 'words', cell: (s) => networkName(s) }, { head: 'Place', class: 'words', cell: (s) => (placeName(s) === '' ? 'not known' : placeName(s)) },
      { head: 'Clients', cell: (s) => s.clients.toLocaleString('en') },
      ...(report.weighted ? [{ head: 'Weight', cell: (s: Spot) => s.weight.toLocaleString('en', { maximumFractionDigits: 1 }) }] : []),
      { head: 'Lands at', cell: (s) => (s.heard ? site(report, s.site, s.sites ?? 'several') : 'not heard') },
      { head: 'RTT', cell: (s) => ms(s.rtt_ms) }, { head: report.complete ? 'Best site' : 'Best measured', cell: (s) => s.best_site ?? '–' }, { head: 'Best RTT', cell: (s) => ms(s.best_rtt_ms) },
    ], shown, (s) => `${s.client}-${s.site ?? ''}`),
    report.clients.length > shown.length && h('p', { class: 'faint' }, `and ${count(report.clients.length - shown.length, 'more')}, of ${report.weighted ? 'less weight' : 'fewer clients'} each`));
}

export function notes(report: Report, isMap: boolean): Child {
  const all = [...(report.weighted ? ['Shares and distributions count each client with the weight that was told of it.'] : []), ...untold(report, isMap)];
  return all.length > 0 && h('p', { class: 'faint' }, all.join(' '));
}

const CURVES = ['latency_cdf', 'inflation_cdf'] as const;

function curve(report: Report, what: (typeof CURVES)[number], title: string, quantity: string, q: Quantiles | null): Child {
  const now = report.after[what];
  if (now.length === 0) return null;
  return h('figure', { class: 'chart' }, h('h3', {}, title),
    chart({
      now, before: report.before?.[what] ?? [], quantity,
      label: `${title}: the share of clients that have at most so many ms${q === null ? '' : `; median ${ms(q.median)}, 95th percentile ${ms(q.p95)}`}. The table says the same.`,
    }));
}

const MEASURES: readonly (readonly [string, (l: Landed) => Quantiles | null, string])[] = [
  ['RTT', (l) => l.rtt_ms, 'ms'], ['Latency inflation', (l) => l.inflation_ms, 'ms'], ['Geographic inflation', (l) => l.inflation_km, 'km'],
];

interface QuantileRow { readonly what: string; readonly q: Quantiles; readonly unit: string }

function quantileRows(report: Report): QuantileRow[] {
  return MEASURES.flatMap(([what, of, unit]) => [['', report.after] as const, [', before', report.before] as const].flatMap(([when, state]) => {
    const q = state === null ? null : of(state);
    return q === null ? [] : [{ what: `${what}${when}`, q, unit }];
  }));
}

export function distributions(report: Report): Child {
  const rows = quantileRows(report);
  const number = (row: QuantileRow, value: number): string => `${row.unit === 'km' ? Math.round(value).toLocaleString('en') : value.toFixed(1)} ${row.unit}`;
  if (rows.length === 0) return null;
  return [
    h('div', { class: 'charts' },
      curve(report, 'latency_cdf', 'Latency', 'RTT, ms', report.after.rtt_ms),
      curve(report, 'inflation_cdf', 'Latency inflation', 'ms above the best site', report.after.inflation_ms)),
    CURVES.some((what) => report.after[what].length > 0 && (report.before?.[what].length ?? 0) > 0) && h('p', { class: 'faint' }, 'Dashed: the one before.'),
    table('Half of the clients have so much or less, and 90, 95 and 99 % of them', [
      { head: 'Of', cell: (r) => r.what }, { head: 'Median', cell: (r) => number(r, r.q.median) }, { head: '90 %', cell: (r) => number(r, r.q.p90) },
      { head: '95 %', cell: (r) => number(r, r.q.p95) }, { head: '99 %', cell: (r) => number(r, r.q.p99) },
    ], rows, (r) => r.what),
  ];
}
