/** A view: what the shell shows for an address. */
import { update, h, type Child } from './dom.js';
import { problemBox } from './parts.js';
import { released } from './press.js';

export interface View {
  readonly title: string;
  readonly element: HTMLElement;
  /** Asks the API and draws; again whenever something may have changed. */
  readonly load: () => Promise<void>;
  readonly leave?: () => void;
}

export interface Parts {
  readonly title: string;
  readonly actions?: Child;
  readonly above?: Child; // stays when the view loads again: filters
}

/**
 * A view that asks for its data and draws it; it is drawn anew only when the data differ, and not while something is
 * pressed, so that nothing moves under a finger. `redraw` draws what is there, after a filter was changed.
 */
export function view<D>(parts: Parts, fetch: () => Promise<D>, draw: (data: D) => Child): View & { readonly redraw: () => void } {
  const trouble = h('div', {});
  const content = h('div', { class: 'content', 'aria-busy': 'true' }, h('p', { class: 'faint' }, 'Loading…'));
  const element = h('div', { class: 'view' },
    h('div', { class: 'heading' }, h('h1', { tabindex: -1 }, parts.title), h('div', { class: 'actions' }, parts.actions)),
    parts.above, trouble, content);
  let drawn: string | null = null;
  let data: D | null = null;
  let turn = 0;

  const redraw = (): void => {
    if (data !== null) update(content, draw(data));
  };
  const load = async (): Promise<void> => {
    turn += 1;
    const mine = turn;
    try {
      const fresh = await fetch();
      await released();
      if (mine !== turn) return;
      const text = JSON.stringify(fresh);
      trouble.replaceChildren();
      if (text === drawn) return;
      data = fresh;
      drawn = text;
      redraw();
    } catch (error) {
      if (mine !== turn) return;
      update(trouble, problemBox(error));
      if (drawn === null) content.replaceChildren();
    } finally {
      if (mine === turn) content.removeAttribute('aria-busy');
    }
  };
  return { title: parts.title, element, load, redraw };
}
