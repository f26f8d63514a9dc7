/**
 * The API, asked: JSON in, JSON out, and every refusal is a Problem with what the server says of it (RFC 9457).
 */
import { authorize, forget } from './session.js';

export interface FieldError { readonly field: string; readonly detail: string }

/** What the server, or the way to it, refused. */
export class Problem extends Error {
  constructor(
    readonly status: number, readonly title: string, readonly detail: string,
    readonly type = 'about:blank', readonly errors: readonly FieldError[] = [],
  ) {
    super(detail || title);
  }

  is(name: string): boolean {
    return this.type.endsWith(`:${name}`);
  }
}

export interface Request {
  readonly body?: unknown;
  readonly etag?: string;
  readonly key?: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
}

export interface Answer<T> { readonly data: T; readonly etag: string }

const PAGE = 500;

/** A path of the API of parts that are escaped: path`/api/v1/sites/${name}`. */
export function path(texts: TemplateStringsArray, ...values: readonly string[]): string {
  return texts.reduce((all, text, i) => all + (i > 0 ? encodeURIComponent(values[i - 1] ?? '') : '') + text, '');
}

function withQuery(target: string, query: Request['query']): string {
  const given = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== '');
  if (given.length === 0) return target;
  return `${target}?${new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()}`;
}

function toProblem(status: number, json: unknown): Problem {
  const o = (json ?? {}) as Partial<Problem>;
  return new Problem(status, String(o.title ?? `Status ${status}`), String(o.detail ?? ''), o.type, o.errors ?? []);
}

async function send(method: string, target: string, request: Request): Promise<Response> {
  const headers = new Headers({ Accept: 'application/json' });
  if (request.body !== undefined) headers.set('Content-Type', 'application/json');
  if (request.etag) headers.set('If-Match', request.etag);
  if (request.key) headers.set('Idempotency-Key', request.key);
  authorize(headers, method);
  try {
    return await fetch(withQuery(target, request.query), {
      method, headers, credentials: 'same-origin', redirect: 'error', cache: 'no-store',
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
    });
  } catch {
    throw new Problem(0, 'The controller does not answer', 'Nothing came back. It is tried again; what is shown may be old.');
  }
}

export async function ask<T>(method: string, target: string, request: Request = {}): Promise<Answer<T>> {
  const response = await send(method, target, request);
  const text = await response.text();
  let json: unknown = null;
  try {
    json = text === '' ? null : JSON.parse(text);
  } catch {
    throw new Problem(response.status, 'An answer that is no JSON', 'Something between here and the controller answered.');
  }
  if (response.ok) return { data: json as T, etag: response.headers.get('ETag') ?? '' };
  if (response.status === 401) forget();
  throw toProblem(response.status, json);
}

export async function get<T>(target: string, query: Request['query'] = {}): Promise<T> {
  return (await ask<T>('GET', target, { query })).data;
}

/** What is text, and no JSON, unless it is a problem. */
export async function text(target: string): Promise<string> {
  const response = await send('GET', target, {});
  const body = await response.text();
  if (response.ok) return body;
  if (response.status === 401) forget();
  let json: unknown = null;
  try {
    json = JSON.parse(body);
  } catch { /* the status says it */ }
  throw toProblem(response.status, json);
}

interface Page<T> { readonly items: readonly T[]; readonly next: string | null }

/** All pages of a list, or as many as hold `most` items. */
export async function list<T>(target: string, query: Request['query'] = {}, most = 10_000): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const page = await get<Page<T>>(target, { ...query, limit: Math.min(PAGE, most), cursor });
    items.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined && items.length < most);
  return items;
}

/** One page of a list, for what is shown page by page. */
export async function listPage<T>(target: string, query: Request['query']): Promise<Page<T>> {
  return get<Page<T>>(target, query);
}

/** What may not be there: null then. */
export async function maybe<T>(promise: Promise<T>): Promise<T | null> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof Problem && [403, 404, 405].includes(error.status)) return null;
    throw error;
  }
}

/** Keys of requests: the same body, sent again by the same form, has the same key. */
export class Keys {
  private readonly known = new Map<string, string>();

  of(body: unknown): string {
    const text = JSON.stringify(body);
    let key = this.known.get(text);
    if (key === undefined) {
      key = `console-${[...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, '0')).join('')}`;
      this.known.set(text, key);
    }
    return key;
  }
}
