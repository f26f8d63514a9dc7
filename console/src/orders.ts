/** Orders of operators (drains, holds) and rollouts, as the API has them. */
import { list, maybe, path } from './api.js';

export interface Order {
  readonly id: string; readonly kind: 'drain' | 'hold'; readonly project: string | null; readonly service: string | null;
  readonly site: string | null; readonly host: string | null;
  readonly parameters: { readonly until_connections?: number; readonly at_most_ms?: number };
  readonly reason: string; readonly by: string; readonly rollout: string | null; readonly created_at: string;
  readonly expires_at: string | null; readonly revision: number;
}

/** Those of the service, and those of all services of a place; null: this controller knows no orders. */
export async function ordersOf(project: string, service: string): Promise<Order[] | null> {
  return maybe(list<Order>(path`/api/v1/projects/${project}/orders`, { service }));
}

/** The orders that concern this place: its own, and those for the service everywhere. */
export function ordersAt(orders: readonly Order[], site: string, hosts: readonly string[]): Order[] {
  return orders.filter((o) => (o.site === null && o.host === null) || o.site === site || (o.host !== null && hosts.includes(o.host)));
}

/** Where an order holds, in words. */
export function orderPlace(o: Order): string {
  return o.host ?? o.site ?? 'everywhere';
}

export interface OrderBody {
  readonly kind: 'drain' | 'hold'; readonly service?: string; readonly site?: string; readonly host?: string; readonly reason?: string;
  readonly parameters?: { until_connections?: number; at_most_ms?: number }; readonly expires_in_seconds?: number; readonly override_reason?: string;
}
