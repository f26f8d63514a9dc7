// Pure rules of the console: addresses, words, orders.
import assert from 'node:assert/strict';

import { path } from 'console/api.js';
import { betterElsewhere, type Catchment, earlier, landings, moved, targetsOf } from 'console/catchments.js';
import { axisOf } from 'console/cdf.js';
import { historyWords, points } from 'console/history.js';
import { gapWords } from 'console/live.js';
import { presenceOf } from 'console/presence.js';
import { link, matchRoute } from 'console/router.js';
import { ago, join, prefixLength, prefixSize, span, words } from 'console/text.js';
import { fits } from 'console/views/ips.js';
import { changeOf } from 'console/views/host-move.js';
import { poolsFor, promise } from 'console/views/ip-order.js';

const project = { name: 'shop', max_ipv4: 8, ipv4: 7, max_ipv6: 64, ipv6: 0 } as never;
const pool = (more: object) => ({ name: 'p', prefix: '203.0.113.0/24', family: 'ipv4', open: true, project: null, ordered: 0, quarantined: 0, ...more }) as never;

export const rules = {
  routes() {
    const routes = [{ pattern: '/map', target: 'map' }, { pattern: '/:project/ips', target: 'ips' }];
    assert.deepEqual(matchRoute(routes, '#/map'), { target: 'map', params: {} });
    assert.deepEqual(matchRoute(routes, '#/a%2Fb/ips?x'), { target: 'ips', params: { project: 'a/b' } });
    assert.equal(matchRoute(routes, '#/a/b/ips'), null);
    assert.equal(matchRoute(routes, '#/%/ips')?.params.project, '%');
    assert.equal(link('a/b', 'ips'), '#/a%2Fb/ips');
  },
  catchments() {
    const rows = landings('{"nearcast_catchment":1}\n192.0.2.1 192.0.2.0/24 lon1 13213 8056 lon1 8056\n192.0.2.9 192.0.2.0/24 lon1 1 90000 fra1 4000\n'
      + '192.0.2.7 192.0.2.0/24 fra1,lon1 5 - - -\n{"end":"done"}\n');
    assert.equal(rows.length, 3);
    assert.deepEqual(betterElsewhere(rows).map((r) => [r.target, r.cost]), [['192.0.2.9', 86]]);
    const now = rows.map((r) => (r.target === '192.0.2.1' ? { ...r, sites: 'fra1' } : r));
    assert.deepEqual(moved(rows, now), { of: 3, rows: [{ target: '192.0.2.1', from: 'lon1', to: 'fra1' }] });
    assert.deepEqual(targetsOf('192.0.2.1, 192.0.2.2\n# none\n198.51.100.0/24 # all'),
      [{ text: '192.0.2.1', line: 1 }, { text: '192.0.2.2', line: 1 }, { text: '198.51.100.0/24', line: 3 }]);
  },
  what_a_catchment_is_compared_with() {
    const one = (id: string, state: string): Catchment => ({ id, state, address: '192.0.2.1', ended_at: '2026-01-01T00:00:00Z', result: {} }) as Catchment;
    const [now, stopped, good, other] = [one('4', 'done'), one('3', 'stopped'), one('2', 'done'), { ...one('5', 'done'), address: '192.0.2.2' }];
    assert.deepEqual(earlier(now, [other, stopped, good]), { before: good, cutShort: stopped });
    assert.deepEqual(earlier(now, [good, stopped]), { before: good, cutShort: undefined });
    assert.deepEqual(earlier(now, [stopped]), { before: undefined, cutShort: stopped });
    assert.deepEqual(earlier(now, [other]), { before: undefined, cutShort: undefined });
  },
  an_axis_of_nothing_but_zeros() {
    assert.deepEqual(axisOf([[[0, 100]]]).ticks, [0, 0.2, 0.4, 0.6, 0.8, 1]);
  },
  paths_are_escaped() {
    assert.equal(path`/api/v1/sites/${'../x?y'}/z`, '/api/v1/sites/..%2Fx%3Fy/z');
  },
  times() {
    assert.equal(span(59), '59 s');
    assert.equal(span(3601), '1 h');
    assert.equal(ago('2026-01-01T00:00:00Z', Date.parse('2026-01-01T00:03:00Z')), '3 min ago');
    assert.equal(ago('2026-01-01T00:03:00Z', Date.parse('2026-01-01T00:00:00Z')), 'in 3 min');
    assert.equal(ago('no time'), '');
  },
  what_is_missing_in_words() {
    const gap = { why: 'forgotten', after: 6, upto: 20, message: 'not all are kept' };
    assert.equal(gapWords(gap), 'Not all is shown: what followed event 6 up to 20 is gone (not all are kept).');
    assert.equal(gapWords({ why: 'restored', after: 20, upto: 6, message: 'it was put back' }), 'This goes on behind event 6, not 20: it was put back.');
  },
  an_hour_of_a_check_in_words() {
    assert.deepEqual(points(undefined), []);
    assert.equal(historyWords([]), 'not run lately');
    const all = points({ step_ms: 60_000, longest_us: [1200, null, 2460], failures: [0, 3, 1] });
    assert.deepEqual(all, [{ ago: 2, ms: 1.2, failures: 0 }, { ago: 1, ms: null, failures: 3 }, { ago: 0, ms: 2.46, failures: 1 }]);
    assert.equal(historyWords(all), '3 min: at most 1.2 to 2.5 ms a minute, failures in 2 min');
    assert.equal(historyWords(all.slice(1, 2)), '1 min: no pass, failures in 1 min');
  },
  presence() {
    const of = (joined: boolean, present: boolean, seen: boolean): string => presenceOf({ joined, present, seen_at: seen ? '2026-01-01T00:00:00Z' : null });
    assert.deepEqual([of(true, true, true), of(true, false, true), of(true, false, false)], ['here', 'away', 'never seen']);
    assert.deepEqual([of(false, false, false), of(false, false, true), of(false, true, true)], ['has not joined', 'left', 'left']);
  },
  what_a_host_gets_where_it_moves() {
    const service = (name: string, sites: string[], hosts: string[] = []) => ({ project: 'shop', name, sites, hosts });
    const all = [service('web', ['am6', 'sg1']), service('dns', ['am6']), service('api', ['sg1']), service('own', [], ['h1']), service('far', ['ny5'])];
    assert.deepEqual(changeOf({ name: 'h1', site: 'am6' }, 'sg1', all), { gets: ['shop.api'], loses: ['shop.dns'], keeps: ['shop.own', 'shop.web'] });
  },
  lists_of_words() {
    assert.equal(join(['a', 'b', 'c']), 'a, b and c');
    assert.deepEqual(words(' a, b  a\n'), ['a', 'b']);
  },
  prefixes() {
    assert.equal(prefixLength('ipv4', 4), 30);
    assert.equal(prefixLength('ipv6', 2), 127);
    assert.equal(prefixSize('203.0.113.0/24'), 256);
  },
  what_an_order_will_give() {
    assert.match(promise(project, [pool({})], 'ipv4', 1).words, /a \/32 out of p \(203\.0\.113\.0\/24\)\. The project then has 8 /);
    assert.equal(promise(project, [pool({})], 'ipv4', 1).against, '');
    assert.match(promise(project, [pool({})], 'ipv4', 2).against, /more than the project may have/);
    assert.match(promise(project, [], 'ipv6', 2).against, /No pool of IPv6/);
    assert.match(promise(project, [pool({ prefix: '203.0.113.0/30', ordered: 2, quarantined: 2 })], 'ipv4', 1).against, /free/);
    assert.equal(poolsFor([pool({ project: 'dns' }), pool({ open: false }), pool({ family: 'ipv6' }), pool({ project: 'shop' })], 'shop', 'ipv4').length, 1);
  },
  filter() {
    const ip = { prefix: '203.0.113.0/31', addresses: ['203.0.113.0', '203.0.113.1'], pool: 'edge', service: null, description: 'The Shop', tags: ['web'] } as never;
    assert.ok(fits(ip, 'shop 113.1'));
    assert.ok(fits(ip, ''));
    assert.ok(!fits(ip, 'shop dns'));
  },
};
