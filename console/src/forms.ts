/** Forms: labelled fields that a problem document can mark. */
import { Problem } from './api.js';
import { h, newId, update, type Child } from './dom.js';
import { problemBox } from './parts.js';
import { count, type Numbered } from './text.js';

type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

export interface Field {
  readonly name: string; // that of the API
  readonly element: HTMLElement;
  readonly value: () => string;
  readonly mark: (detail: string) => void;
  /** What a person calls a part of it, of which its pointer says this. */
  readonly partName?: (pointer: string) => string;
}

export interface FieldOptions {
  readonly name: string;
  readonly label: string;
  readonly help?: Child;
  readonly value?: string | number | undefined;
  readonly type?: string;
  readonly required?: boolean;
  readonly placeholder?: string;
  readonly rows?: number; // a text area
  readonly items?: (text: string) => readonly Numbered[]; // what is sent of its lines, one by one
  readonly options?: readonly (readonly [string, string])[]; // a choice: value, words
  readonly mono?: boolean;
  readonly autocomplete?: string;
  readonly max?: number;
}

function makeControl(o: FieldOptions, id: string): Control {
  const common = { id, name: o.name, required: o.required === true, class: o.mono ? 'mono' : undefined, 'data-key': `field-${o.name}` };
  if (o.options) {
    return h('select', common, o.options.map(([value, words]) => (
      h('option', { value, selected: value === String(o.value ?? '') }, words))));
  }
  if (o.rows) {
    const area = h('textarea', { ...common, rows: o.rows, spellcheck: 'false', maxlength: o.max });
    area.value = String(o.value ?? '');
    return area;
  }
  const input = h('input', {
    ...common, type: o.type ?? 'text', placeholder: o.placeholder, autocomplete: o.autocomplete ?? 'off',
    maxlength: o.max, ...(o.type === 'number' ? { step: 'any', inputmode: 'decimal' } : {}),
  });
  input.value = String(o.value ?? '');
  return input;
}

/** What is wrong with a control, beside it and in what screen readers say of it. */
function marker(target: HTMLElement, describedBy: string[]): { element: HTMLElement; mark: (detail: string) => void } {
  const error = h('p', { class: 'error', id: newId('error') });
  error.hidden = true;
  return {
    element: error,
    mark: (detail) => {
      error.textContent = detail;
      error.hidden = detail === '';
      if (detail === '') target.removeAttribute('aria-invalid');
      else target.setAttribute('aria-invalid', 'true');
      const ids = detail === '' ? describedBy : [error.id, ...describedBy];
      if (ids.length > 0) target.setAttribute('aria-describedby', ids.join(' '));
      else target.removeAttribute('aria-describedby');
    },
  };
}

export function field(o: FieldOptions): Field & { readonly control: Control } {
  const id = newId('field');
  const control = makeControl(o, id);
  const help = o.help === undefined ? null : h('p', { class: 'help', id: newId('help') }, o.help);
  const marks = marker(control, help ? [help.id] : []);
  marks.mark('');
  return {
    name: o.name, control, mark: marks.mark, value: () => control.value.trim(),
    partName: (pointer) => {
      const item = o.items?.(control.value)[Number(pointer)];
      return item === undefined ? pointer : `line ${item.line}`;
    },
    element: h('div', { class: 'field' }, h('label', { for: id }, o.label), control, help, marks.element),
  };
}

/** One of a few, or several: a fieldset of radio buttons or check boxes. */
export function choice(
  o: { readonly name: string; readonly label: string; readonly many?: boolean; readonly help?: Child; readonly chosen: readonly string[];
    readonly options: readonly (readonly [string, Child])[]; readonly changed?: () => void },
): Field & { readonly values: () => string[] } {
  const group = newId(o.name);
  const inputs = o.options.map(([value]) => h('input', {
    type: o.many ? 'checkbox' : 'radio', name: group, value, id: newId('choice'), checked: o.chosen.includes(value),
    on: { change: () => o.changed?.() },
  }));
  const set = h('fieldset', { class: o.many ? 'many' : 'few' }, h('legend', {}, o.label));
  const marks = marker(set, []);
  set.append(
    h('div', { class: 'options' }, o.options.map(([, words], i) => {
      const input = inputs[i];
      return input && h('span', { class: 'option' }, input, h('label', { for: input.id }, words));
    })),
    ...(o.help === undefined ? [] : [h('p', { class: 'help' }, o.help)]), marks.element);
  const values = (): string[] => inputs.filter((input) => input.checked).map((input) => input.value);
  return { name: o.name, element: set, values, value: () => values()[0] ?? '', mark: marks.mark };
}

export interface Form { readonly element: HTMLFormElement; readonly fail: (error: unknown) => void }

/** What is wrong with a field, of which there may be more than it has room for: the first, and how many more were told. */
function markAll(found: Field, errors: readonly { readonly field: string; readonly detail: string }[]): void {
  const [one] = errors;
  if (one === undefined) return;
  const part = one.field.startsWith(`/${found.name}/`) ? one.field.slice(found.name.length + 2) : '';
  const more = errors.length - 1;
  found.mark(`${part === '' ? '' : `${found.partName?.(part) ?? part}: `}${one.detail}${more > 0 ? `; ${count(more, 'more error')} found` : ''}`);
}

/** A form whose `submit` may throw a Problem: its fields are then marked and the first has the focus. */
export function form(
  fields: readonly Field[], body: readonly Child[], submit: () => Promise<void>,
): Form {
  const problem = h('div', {});
  const fail = (error: unknown): void => {
    const errors = error instanceof Problem ? error.errors : [];
    const shown = new Set<string>();
    const marked = new Map<Field, (typeof errors)[number][]>();
    for (const one of errors) {
      const { field: pointer } = one;
      const found = fields.find((f) => pointer === f.name || pointer === `/${f.name}` || pointer.startsWith(`/${f.name}/`));
      if (!found) continue;
      marked.set(found, [...marked.get(found) ?? [], one]);
      shown.add(pointer);
    }
    marked.forEach((its, found) => markAll(found, its));
    update(problem, problemBox(error, shown));
    const [first] = marked.keys();
    if (first === undefined) problem.scrollIntoView({ block: 'nearest' }); // one may have scrolled past it
    else first.element.querySelector<HTMLElement>('input, select, textarea')?.focus();
  };
  const element = h('form', {
    class: 'form', novalidate: false,
    on: {
      submit: (event) => {
        event.preventDefault();
        for (const f of fields) f.mark('');
        update(problem);
        const buttons = element.querySelectorAll<HTMLButtonElement>('button[type=submit]');
        buttons.forEach((b) => { b.disabled = true; });
        submit().catch(fail).finally(() => buttons.forEach((b) => { b.disabled = false; }));
      },
    },
  }, problem, body);
  return { element, fail };
}
