/** What a change changed: each value that differs, by its path. */
export interface Difference { readonly path: string; readonly before: string | null; readonly after: string | null }

type Json = unknown;

/** What every change changes is no news. */
const QUIET = new Set(['revision']);

function isObject(value: Json): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: Json): string | null {
  if (value === undefined) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export function difference(before: Json, after: Json, path = ''): Difference[] {
  if (isObject(before) || isObject(after)) {
    const [a, b] = [isObject(before) ? before : {}, isObject(after) ? after : {}];
    const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
    return keys.filter((key) => path !== '' || !QUIET.has(key)).flatMap((key) => difference(a[key], b[key], path === '' ? key : `${path}.${key}`));
  }
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  return [{ path, before: text(before), after: text(after) }];
}
