/** A host's addresses and BGP neighbors, as the metadata tells them. */
import { ask, path, Problem } from '../api.js';
import { openDialog } from '../dialog.js';
import { h } from '../dom.js';
import { field } from '../forms.js';
import type { Network } from '../types.js';

const NOTHING: Network = { addresses: [], bgp_neighbors: [] };
const EXAMPLE: Network = {
  addresses: [{ address: '192.0.2.10', cidr: 24, gateway: '192.0.2.1', public: true, management: false }],
  bgp_neighbors: [{
    address_family: 4, customer_as: 64512, customer_ip: '192.0.2.10', md5_enabled: false, multihop: false, peer_as: 64496, peer_ips: ['192.0.2.1'],
  }],
};

/** JSON, or a problem that marks the field. */
export function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Problem(0, 'This is not JSON', '', 'about:blank', [{ field: `/${name}`, detail: error instanceof Error ? error.message : '' }]);
  }
}

export function openNetwork(host: string, now: Network | null, etag: string, done: () => void): void {
  const isEmpty = now === null || (now.addresses.length === 0 && now.bgp_neighbors.length === 0);
  const text = field({
    name: 'addresses', label: 'Addresses and BGP neighbors', rows: isEmpty ? 8 : 18, mono: true, value: JSON.stringify(isEmpty ? NOTHING : now, null, 2),
    help: ['JSON, as the host’s metadata gives it. A password is never shown: what is not written here stays, and ', h('code', {}, '"md5_password": "…"'), ' sets it.'],
  });
  openDialog({
    title: `Network of ${host}`, submit: 'Save', wide: true, fields: [text, { ...text, name: 'bgp_neighbors' }],
    body: [text.element, isEmpty && h('details', {}, h('summary', {}, 'An example'), h('pre', { tabindex: 0, 'aria-label': 'An example' }, JSON.stringify(EXAMPLE, null, 2)))],
    act: async () => {
      const body = parseJson(text.value(), 'addresses');
      // what the API adds when it answers is not for it to be told
      await ask('PUT', path`/api/v1/hosts/${host}/network`, { body: withoutFamilies(body), etag: etag || '*' });
      done();
      return `Saved the network of ${host}`;
    },
  });
}

function withoutFamilies(body: unknown): unknown {
  const network = body as { addresses?: unknown };
  if (typeof body !== 'object' || body === null || !Array.isArray(network.addresses)) return body;
  return { ...body, addresses: network.addresses.map((a: unknown) => {
    if (typeof a !== 'object' || a === null) return a;
    const { address_family: _, ...rest } = a as Record<string, unknown>;
    return rest;
  }) };
}
