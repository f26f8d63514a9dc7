/** Dialogs: the browser's own, which keeps the focus inside, ends with Escape and gives the focus back. */
import { Problem } from './api.js';
import { button, h, newId, type Child } from './dom.js';
import { field, form, type Field, type Form } from './forms.js';
import { announce } from './parts.js';

export interface DialogOptions {
  readonly title: string;
  readonly fields: readonly Field[];
  readonly body: readonly Child[];
  readonly submit: string;
  readonly danger?: boolean;
  readonly wide?: boolean;
  /** A second button, which needs none of the fields. */
  readonly other?: { readonly words: string; readonly act: () => Promise<void> };
  /** What it does; the dialog stays, marked, when it throws, and as it is when this gives false. A text is said. */
  readonly act: () => Promise<string | false | void>;
}

function show(title: string, content: (close: () => void) => Child, wide = false): HTMLDialogElement {
  const id = newId('dialog');
  const opener = document.activeElement instanceof HTMLElement ? document.activeElement : null;
  const key = opener?.getAttribute('data-key');
  const dialog = h('dialog', { 'aria-labelledby': id, class: wide ? 'wide' : undefined });
  const close = (): void => dialog.close();
  dialog.append(h('h2', { id }, title));
  const rest = content(close);
  if (rest instanceof Node) dialog.append(rest);
  dialog.addEventListener('close', () => {
    dialog.remove();
    // the opener may have been drawn anew meanwhile
    const again = opener?.isConnected ? opener
      : [...document.querySelectorAll<HTMLElement>('[data-key]')].find((e) => key !== null && e.getAttribute('data-key') === key);
    (again ?? document.querySelector<HTMLElement>('main h1'))?.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
  // a text is read from its beginning
  if (document.activeElement instanceof HTMLTextAreaElement) document.activeElement.setSelectionRange(0, 0);
  return dialog;
}

/** A form in a dialog. */
export function openDialog(o: DialogOptions): HTMLDialogElement {
  return show(o.title, (close) => {
    const { other } = o;
    const made: Form = form(o.fields, [
      o.body,
      h('div', { class: 'actions' },
        button('Cancel', close),
        other ? button(other.words, () => { other.act().then(close, (error: unknown) => made.fail(error)); }, { class: 'primary' }) : null,
        h('button', { type: 'submit', class: o.danger ? 'danger' : 'primary' }, o.submit)),
    ], async () => {
      const word = await o.act();
      if (word === false) return;
      close();
      if (word) announce(word);
    });
    return made.element;
  }, o.wide);
}

/** Something to read, such as a secret that is shown once. */
export function openNote(title: string, ...body: Child[]): void {
  show(title, (close) => h('div', { class: 'form' }, body,
    h('div', { class: 'actions' }, button('Done', close, { class: 'primary' }))));
}

/** A field into which the name has to be typed; `check` throws until it is. */
export function typedName(name: string, what: string): Field & { readonly check: () => void } {
  const typed = field({
    name: 'typed', label: `Type ${name} to confirm`, mono: true,
    help: what,
  });
  return {
    ...typed,
    check: () => {
      if (typed.value() !== name) {
        throw new Problem(0, 'Not confirmed', '', 'about:blank', [{ field: '/typed', detail: `this is not ${name}` }]);
      }
    },
  };
}

/** Whether the refusal is one that somebody who means it may override. */
export function asksForReason(error: unknown): error is Problem {
  return error instanceof Problem && (error.is('last-site') || error.is('at-once') || error.is('guard') || error.is('announcing'));
}

/** What the controller refused with, in its words: of the fields, or of all. */
function wordsOf(problem: Problem): string[] {
  return problem.errors.length > 0 ? problem.errors.map((e) => e.detail) : [problem.detail];
}

/** Of the dialog that asks for it. */
const TITLES: Readonly<Record<string, string>> = {
  'at-once': 'This would reach too many sites at once',
  'last-site': 'This would take the service from too many sites',
  guard: 'This would loosen what guards the service',
  announcing: 'It would go on announcing, and hear nothing more',
};

/** Another way to the same, which needs no reason. */
export interface OtherWay { readonly words: string; readonly act: () => Promise<void> }

function askForReason(problem: Problem, act: (reason: string) => Promise<void>, other?: OtherWay): Promise<boolean> {
  const reason = field({
    name: 'override_reason', label: 'Reason for the override', required: true, max: 256,
    help: 'It goes into the audit log, under your name.',
  });
  return new Promise((resolve) => {
    let done = false;
    const dialog = openDialog({
      title: TITLES[problem.type.replace(/^.*:/, '')] ?? problem.title,
      fields: [reason], danger: true, submit: 'Override',
      body: [h('div', { class: 'consequences' }, wordsOf(problem).map((words) => h('p', {}, words))), reason.element],
      ...(other ? { other: { words: other.words, act: async () => { await other.act(); done = true; } } } : {}),
      act: async () => {
        await act(reason.value());
        done = true;
      },
    });
    dialog.addEventListener('close', () => resolve(done));
  });
}

/**
 * Does it; when the controller says that sites would lose the service, that all would get the change at once, or that a
 * host would go on unheard, its
 * words are shown and a reason is asked for, with which it is done again, or `other` is done. True: it was done.
 */
export async function withOverride(act: (reason?: string) => Promise<void>, other?: OtherWay): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    if (!asksForReason(error)) throw error;
    return askForReason(error, act, error.is('at-once') ? other : undefined);
  }
}

/** A secret, with a button that copies it; where the browser does not let it, it is selected. */
export function secret(label: string, text: string): HTMLElement {
  const id = newId('secret');
  const output = h('textarea', { id, class: 'mono', readonly: true, rows: text.length > 60 ? 3 : 1, on: { focus: () => output.select() } });
  output.value = text;
  return h('div', { class: 'field' }, h('label', { for: id }, label), h('div', { class: 'copy' }, output,
    button('Copy', () => {
      output.select();
      navigator.clipboard?.writeText(text).then(() => announce('Copied'), () => announce('Press Ctrl+C to copy'));
    })));
}
