/**
 * What changed, told at once: the stream of events (SSE) rings, and a view that shows such a thing loads again. Where no
 * stream comes through, the views are asked to load every few seconds.
 */
export interface LiveEvent {
  readonly id: string; readonly at: string; readonly kind: string; readonly severity: string; readonly message: string;
  readonly site?: string | null; readonly host?: string | null; readonly service?: string | null; readonly project?: string | null;
  readonly detail?: unknown;
}

/** What followed one event up to another cannot be told any more. */
export interface Gap { readonly why: string; readonly after: number; readonly upto: number; readonly message: string }

export function gapWords(gap: Gap): string {
  return gap.why === 'restored'
    ? `This goes on behind event ${gap.upto}, not ${gap.after}: ${gap.message}.`
    : `Not all is shown: what followed event ${gap.after} up to ${gap.upto} is gone (${gap.message}).`;
}

export type LiveState = 'live' | 'polling' | 'off';

const POLL_MS = 5000;
const LOOK_MS = 60_000; // beside a stream, too: whatever it might not have told
const GATHER_MS = 200;

let source: EventSource | null = null;
let poll: number | undefined;
let gather: number | undefined;
let current: LiveState = 'off';
const changed = new Set<() => void>();
const states = new Set<(state: LiveState) => void>();
const gaps = new Set<(gap: Gap) => void>();
let lastGap: Gap | null = null; // of this stream

function setState(next: LiveState): void {
  if (next === current) return;
  current = next;
  states.forEach((tell) => tell(next));
}

/** Many changes in a moment are one. */
function ring(): void {
  if (gather !== undefined) return;
  gather = window.setTimeout(() => {
    gather = undefined;
    if (!document.hidden) changed.forEach((tell) => tell());
  }, GATHER_MS);
}

function startPolling(): void {
  if (current === 'polling') return; // each try of the browser that fails says so: that must not put off the next look
  stopPolling();
  poll = window.setInterval(ring, POLL_MS);
  setState('polling');
}

function stopPolling(): void {
  window.clearInterval(poll);
  poll = undefined;
}

function goLive(): void {
  stopPolling();
  poll = window.setInterval(ring, LOOK_MS);
  setState('live');
  ring();
}

/** Begins to listen to the stream at `target`. */
export function startLive(target: string): void {
  stopLive();
  startPolling();
  source = new EventSource(target);
  source.addEventListener('open', goLive);
  // the browser tries again by itself, unless the answer was no stream at all
  source.addEventListener('error', startPolling);
  for (const kind of ['message', 'event', 'change', 'gap']) source.addEventListener(kind, ring);
  source.addEventListener('gap', (event: MessageEvent<string>) => {
    const gap = JSON.parse(event.data) as Gap;
    lastGap = gap;
    gaps.forEach((tell) => tell(gap));
  });
}

export function stopLive(): void {
  source?.close();
  source = null;
  lastGap = null;
  stopPolling();
  setState('off');
}

document.addEventListener('visibilitychange', () => {
  if (!document.hidden && current !== 'off') ring();
});

/** Each of these gives what ends it. */
export function onChanged(tell: () => void): () => void {
  changed.add(tell);
  return () => changed.delete(tell);
}

export function onLiveState(tell: (state: LiveState) => void): () => void {
  states.add(tell);
  tell(current);
  return () => states.delete(tell);
}

/** The last one there was is told at once. */
export function onGap(tell: (gap: Gap) => void): () => void {
  gaps.add(tell);
  if (lastGap !== null) tell(lastGap);
  return () => gaps.delete(tell);
}
