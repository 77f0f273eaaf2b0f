import { type App, navigate } from '../app.ts';
import { element, fill, freshId, labelled, options, select, set, text } from '../dom.ts';
import { form } from '../people/login.ts';
import { part } from '../server/api.ts';
import { showFault } from '../server/fault.ts';
import type { Machine, NewSession, Parameter, Session } from '../server/types.ts';
import { type ParameterField, parameterField } from './parameters.ts';

/** The form that starts a session: machine, size, time, and the counting job's parameters in their ranges. */
export function newSession({ api }: App, life: AbortSignal): HTMLElement {
  const name = element('input', { required: true, pattern: '[a-z0-9][a-z0-9_\\-]*', maxlength: 40, autocomplete: 'off' });
  const machine = select([], '');
  const about = element('p', { class: 'hint', id: freshId('about') });
  const nodes = element('input', { type: 'number', required: true, step: 1 });
  const minutes = element('input', { type: 'number', required: true, step: 1 });
  const parameters = element('div', { class: 'fields' });
  const fault = element('p', { class: 'fault', role: 'alert' });
  let machines: readonly Machine[] = [];
  let fields: { name: string; field: ParameterField }[] = [];

  const choose = (): void => {
    const chosen = machines.find((one) => one.name === machine.value);
    if (chosen === undefined) {
      return;
    }
    range(nodes, chosen.nodes, chosen.nodes.least);
    range(minutes, chosen.minutes, Math.min(chosen.minutes.most, Math.max(chosen.minutes.least, 60)));
    text(
      about,
      `${chosen.description}: ${chosen.nodes.least} to ${chosen.nodes.most} nodes, ${chosen.minutes.least} to ${chosen.minutes.most} minutes. ` +
        `The facility is ${chosen.facility.state}${chosen.facility.text === '' ? '' : `: ${chosen.facility.text}`}.`,
    );
  };
  machine.addEventListener('change', choose);
  void Promise.all([api.get<Machine[]>('/machines', life), api.get<Parameter[]>('/parameters', life)])
    .then(([offered, known]) => {
      machines = offered;
      options(machine, offered.map((one) => one.name), offered[0]?.name ?? '');
      choose();
      fields = known.map((parameter) => ({ name: parameter.name, field: parameterField(parameter) }));
      fill(parameters, ...fields.map(({ field }) => field.element));
    })
    .catch((reason: unknown) => showFault(fault, reason));

  const made = form(
    'New session',
    'Start the session',
    [
      fault,
      element(
        'div',
        { class: 'fields' },
        labelled('Name', name, 'Lower case letters, digits, - and _; a name that has ended is used up.'),
        labelled('Machine', machine),
        labelled('Nodes', nodes),
        labelled('Walltime in minutes', minutes),
      ),
      about,
      element(
        'details',
        {},
        element('summary', {}, 'Parameters of the counting job'),
        element('p', { class: 'hint' }, 'What is left empty has its default.'),
        parameters,
      ),
    ],
    async () => {
      const request: NewSession = {
        name: name.value,
        machine: machine.value,
        nodes: nodes.valueAsNumber,
        minutes: minutes.valueAsNumber,
        parameters: Object.fromEntries(
          fields.map(({ name: key, field }) => [key, field.value()]).filter(([, value]) => value !== undefined),
        ) as Record<string, unknown>,
      };
      const session = await api.post<Session>('/sessions', request);
      navigate(`#/sessions/${part(session.name)}`);
    },
  );
  made.classList.add('detail');
  return made;
}

function range(input: HTMLInputElement, { least, most }: { least: number; most: number }, value: number): void {
  set(input, { min: least, max: most });
  if (input.value === '' || input.valueAsNumber < least || input.valueAsNumber > most) {
    input.value = String(value);
  }
}
