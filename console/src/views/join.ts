/** Tokens with which hosts join: made with the exact command to run there, listed, deleted. */
import { ask, Keys, path } from '../api.js';
import { button, h, type Child } from '../dom.js';
import { openDialog, openNote, secret } from '../dialog.js';
import { field } from '../forms.js';
import { badge, table } from '../parts.js';
import { state } from '../state.js';
import { count, time } from '../text.js';
import type { JoinToken, Site } from '../types.js';

/** What is typed on the host; `name`: the one it has to join as. */
export function joinCommand(origin: string, token: string, name: string | null): string {
  return `sudo nearcast join ${origin} --token ${token}${name === null ? '' : ` --name ${name}`}`;
}

export function openJoin(sites: readonly Site[], done: () => void, host: { name: string; site: string } | null = null): void {
  const keys = new Keys();
  const site = field({ name: 'site', label: 'Site', options: sites.map((s) => [s.name, s.name]), value: host?.site ?? '' });
  const name = field({
    name: 'host', label: 'Only for the host', value: host?.name ?? '', max: 63,
    help: 'Empty: whichever host has the token joins under its own name.',
  });
  const project = field({
    name: 'project', label: 'The host is for', options: [['', 'All projects'], ...state.projects.map((p) => [p.name, p.name] as const)],
  });
  const expires = field({
    name: 'expires_in_seconds', label: 'Valid for', value: '3600',
    options: [['900', '15 minutes'], ['3600', 'an hour'], ['86400', 'a day'], ['604800', 'a week']],
  });
  const fields = [site, name, project, expires];
  openDialog({
    title: 'Let a host join', submit: 'Make a token', fields, body: fields.map((f) => f.element),
    act: async () => {
      const body = {
        site: site.value(), host: name.value() || null, project: project.value() || null, expires_in_seconds: Number(expires.value()),
      };
      const made = (await ask<JoinToken>('POST', '/api/v1/join-tokens', { body, key: keys.of(body) })).data;
      done();
      openNote('Run this on the host', h('p', {}, 'The token is shown this once. One host can join with it.'),
        secret('Command', joinCommand(location.origin, made.token ?? '', made.host)));
    },
  });
}

function fate(token: JoinToken): Child {
  if (token.used_by !== null) return ['used by ', h('b', {}, token.used_by), ' ', time(token.used_at)];
  return Date.parse(token.expires_at) < Date.now() ? badge('bad', 'none', 'expired') : badge('good', 'full', ['valid, ends ', time(token.expires_at)]);
}

function isValid(token: JoinToken): boolean {
  return token.used_by === null && Date.parse(token.expires_at) >= Date.now();
}

function tokenTable(tokens: readonly JoinToken[], caption: string, changed: () => void): HTMLElement {
  return table(caption, [
    { head: 'Site', cell: (t) => t.site },
    { head: 'Host', cell: (t) => t.host ?? 'any' },
    { head: 'Made', cell: (t) => time(t.created_at) },
    { head: 'State', cell: fate },
    { head: '', class: 'buttons', cell: (t) => t.used_by === null && button('Delete', () => {
      openDialog({
        title: `Delete the join token for ${t.site}?`, submit: 'Delete', danger: true, fields: [], body: [],
        act: async () => {
          await ask('DELETE', path`/api/v1/join-tokens/${t.id}`);
          changed();
          return 'Deleted the token';
        },
      });
    }, { 'aria-label': `Delete the join token for ${t.site}`, 'data-key': `token-${t.id}` }) },
  ], tokens);
}

/** Those with which a host can join; the others are folded up. */
export function joinTokens(tokens: readonly JoinToken[], changed: () => void): Child {
  if (tokens.length === 0) return null;
  const valid = tokens.filter(isValid);
  const over = tokens.filter((t) => !isValid(t));
  const words = `${count(over.length, 'token')} used or expired`;
  return h('section', { 'aria-labelledby': 'join-tokens' }, h('h2', { id: 'join-tokens' }, 'Join tokens'),
    valid.length > 0 && tokenTable(valid, count(valid.length, 'valid token'), changed),
    over.length > 0 && h('details', { 'data-key': 'tokens-over' }, h('summary', { 'data-key': 'tokens-over-summary' }, words), tokenTable(over, words, changed)));
}
