/**
 * Elements, made without a line of HTML text: what comes from the API can only become text.
 *
 * h('p', { class: 'hint' }, 'words', h('b', {}, name)) is an element; `update` puts new children in the place of old ones and
 * gives the keyboard's focus back to what has the same data-key; a <details> with it is open, or shut, as it was.
 */
export type Child = Node | string | number | null | undefined | false | readonly Child[];

type Handlers = { [E in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[E]) => void };

export interface Props {
  readonly [name: string]: string | number | boolean | null | undefined | Handlers;
  readonly on?: Handlers;
}

const SVG = 'http://www.w3.org/2000/svg';

function append(parent: Element | DocumentFragment, children: readonly Child[]): void {
  for (const child of children) {
    if (Array.isArray(child)) append(parent, child as readonly Child[]);
    else if (child instanceof Node) parent.append(child);
    else if (child !== null && child !== undefined && child !== false) parent.append(String(child));
  }
}

/** An address of this page or of this server: nothing that runs, nothing elsewhere. */
function isOwnAddress(href: string): boolean {
  return href.startsWith('#') || (href.startsWith('/') && !href.startsWith('//'));
}

function setProps(element: Element, props: Props): void {
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === 'object') {
      for (const [event, handler] of Object.entries(value)) element.addEventListener(event, handler as EventListener);
    } else if (name === 'href' && !isOwnAddress(String(value))) {
      throw new Error(`no address of this console: ${String(value)}`);
    } else {
      element.setAttribute(name, value === true ? '' : String(value));
    }
  }
}

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K, props: Props = {}, ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  setProps(element, props);
  append(element, children);
  return element;
}

export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K, props: Props = {}, ...children: Child[]
): SVGElementTagNameMap[K] {
  const element = document.createElementNS(SVG, tag);
  setProps(element, props);
  append(element, children);
  return element;
}

function keyOf(node: Element | null, within: Element): string | null {
  const keyed = node?.closest('[data-key]');
  return keyed && within.contains(keyed) ? keyed.getAttribute('data-key') : null;
}

/** New children; who had the focus by its data-key has it again, and what was unfolded, or folded up, is so. */
export function update(container: Element, ...children: Child[]): void {
  const focused = container.contains(document.activeElement) ? keyOf(document.activeElement, container) : null;
  const were = new Map([...container.querySelectorAll<HTMLDetailsElement>('details[data-key]')].map((d) => [d.getAttribute('data-key'), d.open]));
  const fragment = document.createDocumentFragment();
  append(fragment, children);
  container.replaceChildren(fragment);
  for (const details of container.querySelectorAll<HTMLDetailsElement>('details[data-key]')) {
    details.open = were.get(details.getAttribute('data-key')) ?? details.open;
  }
  if (focused === null) return;
  for (const element of container.querySelectorAll<HTMLElement>('[data-key]')) {
    if (element.getAttribute('data-key') === focused) {
      element.focus({ preventScroll: true });
      return;
    }
  }
}

/** A phone: what is long is folded up there at first. */
export function isNarrow(): boolean {
  return window.matchMedia('(max-width: 760px)').matches;
}

let counter = 0;

/** An id for labels and descriptions, once in the page. */
export function newId(prefix: string): string {
  counter += 1;
  return `${prefix}-${counter}`;
}

/** A button that is no submit. */
export function button(label: Child, press: () => void, props: Props = {}): HTMLButtonElement {
  return h('button', { type: 'button', ...props, on: { click: press } }, label);
}
