/** Whether a host is heard of. */
import type { Host } from './types.js';

export const PRESENT_MS = 75_000; // a report comes every minute at least, and the store is told of it a little later

export function isPresent(host: Pick<Host, 'seen_at'>, now = Date.now()): boolean {
  return host.seen_at !== null && now - Date.parse(host.seen_at) < PRESENT_MS;
}
