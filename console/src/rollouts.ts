/** Rollouts: what goes over the sites, some at a time, and stops when anything else fails. */
import { list, maybe, path } from './api.js';

export interface RolloutStep {
  readonly site: string; readonly state: 'waiting' | 'running' | 'settling' | 'returning' | 'done' | 'failed' | 'stopped' | 'taken-back'; readonly why: string;
  readonly started_at: string | null; readonly ended_at: string | null;
}

export interface Rollout {
  readonly id: string; readonly kind: 'drain' | 'change'; readonly service: string; readonly state: string; readonly reason: string; readonly why: string;
  readonly by: string; readonly created_at: string; readonly ended_at: string | null; readonly revision: number;
  readonly at_once: number; readonly steps: readonly RolloutStep[];
}

/** Newest first; null: this controller knows none. */
export async function rolloutsOf(project: string, service: string): Promise<Rollout[] | null> {
  const all = await maybe(list<Rollout>(path`/api/v1/projects/${project}/rollouts`, { service }));
  return all === null ? null : all.filter((r) => r.service === service).sort((a, b) => b.created_at.localeCompare(a.created_at));
}

export function isOver(rollout: Pick<Rollout, 'state'>): boolean {
  return rollout.state === 'done' || rollout.state === 'taken-back';
}

/** Steps that are over, of all. */
export function progress(rollout: Pick<Rollout, 'steps'>): { done: number; all: number } {
  return { done: rollout.steps.filter((s) => s.state === 'done').length, all: rollout.steps.length };
}
