// Elements by hand. What is a child and a string becomes a text node, never markup; so a scan's note, a session's
// name or a reason from a machine can't be more than text.

export type Child = Node | string | number | null | undefined | false;
export type Attributes = Record<string, string | number | boolean | null | undefined>;

const SVG = 'http://www.w3.org/2000/svg';

/** An element with attributes (true: present, false, null and undefined: absent) and children. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  set(made, attributes);
  append(made, children);
  return made;
}

export function svg<K extends keyof SVGElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: Child[]
): SVGElementTagNameMap[K] {
  const made = document.createElementNS(SVG, name);
  set(made, attributes);
  append(made, children);
  return made;
}

export function set(to: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    checkAttribute(name, value);
    if (value === false || value === null || value === undefined) {
      to.removeAttribute(name);
    } else {
      to.setAttribute(name, value === true ? '' : String(value));
    }
  }
}

/**
 * Refuses what would run as a program or needs a weaker content security policy: handlers and styles as text, and
 * addresses that lead out of the gateway.
 */
export function checkAttribute(name: string, value: unknown): void {
  if (/^on/i.test(name) || name === 'style' || name === 'srcdoc') {
    throw new Error(`the attribute ${name} must not be set from text`);
  }
  if ((name === 'href' || name === 'src') && !/^(#|\/(?!\/)|blob:|\.\/)/.test(String(value))) {
    throw new Error(`the address ${String(value)} does not stay in the gateway`);
  }
}

function append(to: Element, children: Child[]): void {
  for (const child of children) {
    if (child !== null && child !== undefined && child !== false) {
      to.append(child instanceof Node ? child : String(child));
    }
  }
}

/** Gives an element these children in place of those that it has. */
export function fill(to: Element, ...children: Child[]): void {
  to.replaceChildren();
  append(to, children);
}

/** Sets the text of an element, and touches nothing if it has it: screen readers repeat what is set. */
export function text(to: Element, content: string): void {
  if (to.textContent !== content) {
    to.textContent = content;
  }
}

let labels = 0;

/** An id that no other element has, for labels and descriptions. */
export function freshId(what: string): string {
  labels++;
  return `${what}-${labels}`;
}

/** A control with its label before it. */
export function labelled(label: string, control: HTMLElement, hint?: string): HTMLElement {
  control.id ||= freshId('field');
  const hintId = hint === undefined ? undefined : freshId('hint');
  if (hintId !== undefined) {
    control.setAttribute('aria-describedby', hintId);
  }
  return element(
    'div',
    { class: 'field' },
    element('label', { for: control.id }, label),
    control,
    hint !== undefined && element('span', { class: 'hint', id: hintId }, hint),
  );
}

/** A choice among values; the text shown is that of `show`. */
export function select(
  values: readonly string[],
  chosen: string,
  show: (value: string) => string = (value) => value,
): HTMLSelectElement {
  const made = element('select');
  options(made, values, chosen, show);
  return made;
}

/** Gives a choice these values, if it does not have them. */
export function options(
  of: HTMLSelectElement,
  values: readonly string[],
  chosen: string,
  show: (value: string) => string = (value) => value,
): void {
  const there = Array.from(of.options, (option) => option.value);
  if (there.length !== values.length || there.some((value, i) => value !== values[i])) {
    of.replaceChildren(...values.map((value) => element('option', { value }, show(value))));
  }
  of.value = chosen;
}

export function button(label: string, click: () => void, attributes: Attributes = {}): HTMLButtonElement {
  const made = element('button', { type: 'button', ...attributes }, label);
  made.addEventListener('click', click);
  return made;
}
