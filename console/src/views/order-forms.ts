/** Drain, hold, and their ends: what will follow is said first, and a refusal asks for the reason to override it. */
import { ask, Keys, path } from '../api.js';
import { h, type Child } from '../dom.js';
import { openDialog, withOverride } from '../dialog.js';
import { field } from '../forms.js';
import { announce } from '../parts.js';
import { orderPlace, type Order, type OrderBody } from '../orders.js';

export interface Target {
  readonly project: string | null; // null: all services of the place, for administrators
  readonly service: string | null;
  readonly site: string | null; // null: everywhere
  readonly host?: string | null;
}

const MINUTE = 60_000;

function collection(target: Target): string {
  return target.project === null ? '/api/v1/orders' : path`/api/v1/projects/${target.project}/orders`;
}

function whereWords(target: Target): string {
  return target.host ? `on ${target.host}` : target.site ? `at ${target.site}` : 'everywhere';
}

function body(target: Target, more: Pick<OrderBody, 'kind' | 'reason' | 'parameters' | 'expires_in_seconds'>): OrderBody {
  return {
    ...more,
    ...(target.service ? { service: target.service } : {}), ...(target.site ? { site: target.site } : {}), ...(target.host ? { host: target.host } : {}),
  };
}

async function give(target: Target, order: OrderBody, keys: Keys, reason?: string): Promise<void> {
  const sent = reason ? { ...order, override_reason: reason } : order;
  await ask('POST', collection(target), { body: sent, key: keys.of(sent) });
}

function expiryField(): ReturnType<typeof field> {
  return field({
    name: 'expires_in_seconds', label: 'Until', value: '',
    options: [['', 'somebody ends it'], ['900', 'in 15 minutes'], ['3600', 'in an hour'], ['14400', 'in 4 hours'], ['86400', 'in a day']],
  });
}

function open(target: Target, kind: 'drain' | 'hold', words: Child, extra: ReturnType<typeof field>[],
  parameters: () => OrderBody['parameters'], done: () => void): void {
  const keys = new Keys();
  const reason = field({ name: 'reason', label: 'Reason', max: 300, help: 'For those who wonder at night: it stands beside the stage.' });
  const expires = expiryField();
  const fields = [reason, ...extra, expires];
  const what = target.service ?? 'all services';
  openDialog({
    title: `${kind === 'drain' ? 'Drain' : 'Hold'} ${what} ${whereWords(target)}`, submit: kind === 'drain' ? 'Drain' : 'Hold', fields,
    body: [h('div', { class: 'consequences' }, words), fields.map((f) => f.element)],
    act: async () => {
      const given = parameters();
      const order = body(target, {
        kind, reason: reason.value(), ...(given ? { parameters: given } : {}),
        ...(expires.value() === '' ? {} : { expires_in_seconds: Number(expires.value()) }),
      });
      const was = await withOverride((override) => give(target, order, keys, override));
      done();
      return was ? `${kind === 'drain' ? 'Draining' : 'Holding'} ${what} ${whereWords(target)}` : false;
    },
  });
}

export function openDrain(target: Target, done: () => void): void {
  const most = field({
    name: 'parameters', label: 'Withdraw after', value: '',
    options: [['', 'as the service says'], ['1', '1 minute at most'], ['10', '10 minutes at most'], ['60', 'an hour at most']],
  });
  open(target, 'drain', [
    h('p', {}, 'Its addresses become less attractive at once, and are withdrawn when connections have gone or the time is over.'),
    h('p', {}, target.host ? 'New clients land at the other hosts.' : target.site ? 'New clients land at the other sites.' : 'No site is left: clients get no answer.')],
  [most], () => (most.value() === '' ? undefined : { at_most_ms: Number(most.value()) * MINUTE }), done);
}

export function openHold(target: Target, done: () => void): void {
  open(target, 'hold', h('p', {}, 'Failing checks no longer change what is announced. A socket that stops listening still does: a dead process is withdrawn.'),
    [], () => undefined, done);
}

/** Undrain, or release. */
export function openEnd(order: Order, done: () => void): void {
  const verb = order.kind === 'drain' ? 'Undrain' : 'Release';
  openDialog({
    title: `${verb} ${order.service ?? 'all services'}, ${orderPlace(order)}?`, submit: verb, fields: [],
    body: [h('p', {}, order.kind === 'drain' ? 'It is announced again as soon as its checks pass.' : 'Failing checks count again.'),
      order.rollout !== null && h('p', { class: 'warn' }, 'A rolling drain has given this order: it may give it again.')],
    act: async () => {
      const at = order.project === null ? path`/api/v1/orders/${order.id}` : path`/api/v1/projects/${order.project}/orders/${order.id}`;
      await ask('DELETE', at, { etag: `"${order.revision}"` });
      done();
      announce(order.kind === 'drain' ? 'Undrained' : 'Released');
    },
  });
}
