/** Addresses within the page: #/PROJECT/ips or #/map. A route is a pattern with :names; the first that fits is taken. */
export type Params = Readonly<Record<string, string>>;

export interface Route<T> { readonly pattern: string; readonly target: T }

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function matchRoute<T>(routes: readonly Route<T>[], hash: string): { target: T; params: Params } | null {
  const [plain = ''] = hash.replace(/^#/, '').split('?');
  const parts = plain.split('/').filter((part) => part !== '');
  for (const { pattern, target } of routes) {
    const names = pattern.split('/').filter((part) => part !== '');
    if (names.length !== parts.length) continue;
    const fits = names.every((name, i) => name.startsWith(':') || name === parts[i]);
    if (!fits) continue;
    const params = Object.fromEntries(names.flatMap((name, i) => (
      name.startsWith(':') ? [[name.slice(1), decode(parts[i] ?? '')]] : [])));
    return { target, params };
  }
  return null;
}

/** #/a/b of parts that are escaped. */
export function link(...parts: readonly string[]): string {
  return `#/${parts.map(encodeURIComponent).join('/')}`;
}

export function go(...parts: readonly string[]): void {
  location.hash = link(...parts);
}
