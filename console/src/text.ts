/** How things are said: times, counts, names. */
import { h } from './dom.js';

const UNITS: readonly (readonly [string, number])[] = [['d', 86_400], ['h', 3600], ['min', 60], ['s', 1]];

/** "3 min", "2 d": a span of time in its largest unit. */
export function span(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  for (const [name, size] of UNITS) {
    if (whole >= size) return `${Math.floor(whole / size)} ${name}`;
  }
  return '0 s';
}

export function ago(at: string, now = Date.now()): string {
  const seconds = (now - Date.parse(at)) / 1000;
  if (Number.isNaN(seconds)) return '';
  if (seconds < -1) return `in ${span(-seconds)}`;
  return seconds < 1 ? 'now' : `${span(seconds)} ago`;
}

/** A moment as UTC, to the second: as the logs have it. */
export function moment(at: string): string {
  return at.replace('T', ' ').replace(/\.\d+Z$|Z$/, ' UTC');
}

/** A moment, told as time since; its full form is its title. refreshTimes keeps it true. */
export function time(at: string | null | undefined): HTMLElement {
  if (!at) return h('span', { class: 'faint' }, 'never');
  return h('time', { datetime: at, title: moment(at) }, ago(at));
}

export function refreshTimes(): void {
  for (const element of document.querySelectorAll('time[datetime]:not([data-exact])')) {
    const text = ago(element.getAttribute('datetime') ?? '');
    if (element.textContent !== text) element.textContent = text;
  }
}

/** A piece of what somebody typed, with the number of its line, from 1. */
export interface Numbered { readonly text: string; readonly line: number }

export function count(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString('en')} ${n === 1 ? one : many}`;
}

/** "a, b and c" */
export function join(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${words[words.length - 1] ?? ''}`;
}

export function familyName(family: string): string {
  return family === 'ipv6' ? 'IPv6' : 'IPv4';
}

/** The length of the prefix that so many addresses are. */
export function prefixLength(family: string, quantity: number): number {
  return (family === 'ipv6' ? 128 : 32) - Math.log2(quantity);
}

/** How many addresses a prefix has: of IPv6 about so many. */
export function prefixSize(prefix: string): number {
  const [address = '', length = '0'] = prefix.split('/');
  return 2 ** ((address.includes(':') ? 128 : 32) - Number(length));
}

/** Order of things by name, am6 before am10. */
export function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name.localeCompare(b.name, 'en', { numeric: true });
}

/** Words of a text field with commas or spaces between. */
export function words(text: string): string[] {
  return [...new Set(text.split(/[\s,]+/).filter((word) => word !== ''))];
}
