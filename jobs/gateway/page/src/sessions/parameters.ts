import { element, labelled, select } from '../dom.ts';
import { ApiFault } from '../server/api.ts';
import type { Parameter } from '../server/types.ts';

/** A field for a parameter of the counting job, and what is in it. */
export interface ParameterField {
  readonly element: HTMLElement;
  /**
   * The value, or undefined if it is the default: only what was changed is sent.
   *
   * @throws ApiFault if what was typed is no value; says why
   */
  value(): unknown;
}

/** A field of the parameter's type, with its range, unit and default in words. */
export function parameterField(parameter: Parameter): ParameterField {
  const hint = hintOf(parameter);
  const name = parameter.unit ? `${parameter.name} (${parameter.unit})` : parameter.name;
  const initial = defaultText(parameter);
  switch (parameter.type) {
    case 'boolean': {
      const input = element('input', { type: 'checkbox' });
      input.checked = parameter.default === true || parameter.default === 'true';
      const first = input.checked;
      return { element: labelled(name, input, hint), value: () => (input.checked === first ? undefined : input.checked) };
    }
    case 'choice': {
      const choices = parameter.choices ?? [];
      const input = select(choices.includes(initial) ? choices : ['', ...choices], initial);
      return { element: labelled(name, input, hint), value: () => (input.value === initial ? undefined : input.value) };
    }
    case 'integer':
    case 'number': {
      const input = element('input', {
        type: 'number',
        step: parameter.type === 'integer' ? 1 : 'any',
        min: parameter.least,
        max: parameter.most,
        placeholder: initial,
      });
      return {
        element: labelled(name, input, hint),
        value: () => (input.value === '' || input.value === initial ? undefined : input.valueAsNumber),
      };
    }
    case 'text':
    case 'rings': {
      const input = element('input', { placeholder: initial, autocomplete: 'off' });
      return {
        element: labelled(name, input, hint),
        value: () => {
          const words = input.value.trim();
          return words === '' ? undefined : parameter.type === 'rings' ? parseRings(words) : words;
        },
      };
    }
  }
}

/** "bf,0,60 adf,90,230,288,288" as the list of rings that the gateway takes. */
export function parseRings(words: string): Record<string, unknown>[] {
  return words.split(/\s+/).map((word) => {
    const [name, ...numbers] = word.split(',');
    const [inner, outer, x, y] = numbers.map(Number);
    if (![2, 4].includes(numbers.length) || numbers.some((n) => n === '' || !Number.isFinite(Number(n)))) {
      throw new ApiFault(400, 'bad-ring', `"${word}" is no ring; it is name,inner,outer or name,inner,outer,x,y in pixels`);
    }
    return numbers.length === 2 ? { name, inner, outer } : { name, inner, outer, x, y };
  });
}

function defaultText({ type, default: value }: Parameter): string {
  if (value === null || value === undefined) {
    return '';
  }
  return type === 'rings' && Array.isArray(value)
    ? (value as Record<string, unknown>[]).map((ring) => Object.values(ring).join(',')).join(' ')
    : String(value);
}

/** What the field takes: "0 to 100; 12 by default. Frames of which ...". */
export function hintOf(parameter: Parameter): string {
  const { type, least, most, description } = parameter;
  const initial = defaultText(parameter);
  const range =
    type === 'rings'
      ? 'name,inner,outer or name,inner,outer,x,y in pixels; several with blanks between'
      : least !== null && least !== undefined && most !== null && most !== undefined
      ? `${least} to ${most}`
      : least !== null && least !== undefined
        ? `at least ${least}`
        : most !== null && most !== undefined
          ? `at most ${most}`
          : '';
  const preset = initial === '' || type === 'boolean' ? '' : `${initial} by default`;
  const first = [range, preset].filter((words) => words !== '').join('; ');
  return [first === '' ? '' : `${first}.`, description].filter((words) => words !== '').join(' ');
}
