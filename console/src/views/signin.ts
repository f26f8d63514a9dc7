/** Sign in with a token of the API. */
import { h } from '../dom.js';
import { field, form } from '../forms.js';
import { signIn } from '../session.js';
import type { Caller } from '../types.js';

export function signInView(signedIn: (caller: Caller) => Promise<void>): HTMLElement {
  const token = field({
    name: 'token', label: 'Token', type: 'password', required: true, mono: true, autocomplete: 'current-password',
    help: ['An administrator makes one with ', h('code', {}, 'nearcast token create'), '; the first one is printed by ',
      h('code', {}, 'nearcast-controller init'), '.'],
  });
  const { element } = form([token], [token.element, h('div', { class: 'actions' },
    h('button', { type: 'submit', class: 'primary' }, 'Sign in'))], async () => signedIn(await signIn(token.value())));
  return h('main', { class: 'alone' }, h('h1', {}, 'Nearcast'),
    h('p', { class: 'faint' }, 'One address, answered by the nearest of your machines.'), element);
}
