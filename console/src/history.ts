/** What the runs of a check took during the last hour, minute by minute, as its agent tells. */

/** The oldest minute first; the last one is not over. */
export interface CheckHistory {
  readonly step_ms: number;
  readonly longest_us: readonly (number | null)[]; // of the runs that passed
  readonly failures: readonly number[];
}

export interface Point { readonly ago: number; readonly ms: number | null; readonly failures: number }

export function points(history: CheckHistory | undefined): Point[] {
  const longest = history?.longest_us ?? [];
  return longest.map((us, i) => ({ ago: longest.length - 1 - i, ms: us === null ? null : us / 1000, failures: history?.failures[i] ?? 0 }));
}

export function historyWords(all: readonly Point[]): string {
  const times = all.flatMap((p) => (p.ms === null ? [] : [p.ms]));
  const failed = all.filter((p) => p.failures > 0).length;
  if (times.length === 0 && failed === 0) return 'not run lately';
  const range = times.length === 0 ? 'no pass' : `at most ${Math.min(...times).toFixed(1)} to ${Math.max(...times).toFixed(1)} ms a minute`;
  return `${all.length} min: ${range}${failed > 0 ? `, failures in ${failed} min` : ''}`;
}
