/**
 * Who is signed in. A token becomes a session whose cookie no script can read; what is kept here is the word
 * that every change has to bring along, so that no other page can make one (CSRF).
 */
import { ask, Problem } from './api.js';
import type { Caller } from './types.js';

interface Session extends Caller { readonly csrf: string }

let csrf = '';
const ended: (() => void)[] = [];

export function authorize(headers: Headers, method: string): void {
  if (method !== 'GET' && csrf !== '') headers.set('X-Nearcast-Csrf', csrf);
}

function take(session: Session): Caller {
  csrf = session.csrf;
  return session;
}

export async function signIn(token: string): Promise<Caller> {
  return take((await ask<Session>('POST', '/api/v1/session', { body: { token } })).data);
}

/** The session of the cookie that is there already; null: there is none. */
export async function resume(): Promise<Caller | null> {
  try {
    return take((await ask<Session>('GET', '/api/v1/session')).data);
  } catch (error) {
    if (error instanceof Problem && error.status === 401) return null;
    throw error;
  }
}

export async function signOut(): Promise<void> {
  try {
    await ask('DELETE', '/api/v1/session');
  } finally {
    end();
  }
}

function end(): void {
  csrf = '';
  ended.forEach((tell) => tell());
}

/** The controller knows the caller no longer: whoever listens shows the sign-in. Who is just signing in sees why not. */
export function forget(): void {
  if (csrf !== '') end();
}

export function onEnd(tell: () => void): void {
  ended.push(tell);
}
