/** Whether a host is heard of. */
import type { Host } from './types.js';

export const PRESENT_MS = 75_000; // a report comes every minute at least, and the store is told of it a little later

export function isPresent(host: Pick<Host, 'seen_at'>, now = Date.now()): boolean {
  return host.seen_at !== null && now - Date.parse(host.seen_at) < PRESENT_MS;
}

export type Presence = 'here' | 'away' | 'never seen' | 'left' | 'has not joined';

/** In the words of `nearcast services status`. Only a goodbye ends a credential, so who was seen and has none has left. */
export function presenceOf(host: Pick<Host, 'joined' | 'seen_at'> & { readonly present: boolean }): Presence {
  if (!host.joined) return host.seen_at === null ? 'has not joined' : 'left';
  if (host.present) return 'here';
  return host.seen_at === null ? 'never seen' : 'away';
}
