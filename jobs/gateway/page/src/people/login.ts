import { element, labelled, text } from '../dom.ts';
import { type Api, ApiFault } from '../server/api.ts';
import type { Me } from '../server/types.ts';

/** The least length of a password that the gateway takes. */
export const LEAST_PASSWORD = 10;

/** Asks for name and password, and for a new password if the first one was for one time only. */
export function loginPage(api: Api, done: (me: Me) => void): HTMLElement {
  const place = element('div', { class: 'login' });
  const name = element('input', { autocomplete: 'username', required: true, autofocus: true });
  const password = element('input', { type: 'password', autocomplete: 'current-password', required: true });
  place.append(
    form('Millrace', 'Sign in', [labelled('Name', name), labelled('Password', password)], async () => {
      const me = await api.login(name.value, password.value);
      if (me.mustChangePassword) {
        place.replaceChildren(passwordForm(api, password.value, () => done({ ...me, mustChangePassword: false })));
      } else {
        done(me);
      }
    }),
  );
  return place;
}

/** Asks for a new password. Without the old one, which the login knows, it asks for that too. */
export function passwordForm(api: Api, known: string | null, done: () => void): HTMLElement {
  const old = element('input', { type: 'password', autocomplete: 'current-password', required: true });
  const first = element('input', { type: 'password', autocomplete: 'new-password', required: true, minlength: LEAST_PASSWORD });
  const second = element('input', { type: 'password', autocomplete: 'new-password', required: true });
  const fields = [
    labelled('New password', first, `At least ${LEAST_PASSWORD} characters; a few words are good.`),
    labelled('Once more', second),
  ];
  return form(
    'A new password',
    'Set password',
    known === null ? [labelled('Old password', old), ...fields] : fields,
    async () => {
      if (first.value !== second.value) {
        throw new ApiFault(400, 'different', 'The two are not the same. Type the new password twice.');
      }
      await api.post('/me/password', { old: known ?? old.value, new: first.value });
      done();
    },
  );
}

/** A form with one button, which shows what went wrong. */
export function form(title: string, action: string, fields: HTMLElement[], submit: () => Promise<void>): HTMLFormElement {
  const fault = element('p', { class: 'fault', role: 'alert' });
  const button = element('button', { type: 'submit', class: 'primary' }, action);
  const made = element('form', { class: 'panel form' }, element('h1', {}, title), ...fields, fault, button);
  made.addEventListener('submit', (event) => {
    event.preventDefault();
    text(fault, '');
    button.disabled = true;
    void submit()
      .catch((reason: unknown) => text(fault, reason instanceof Error ? reason.message : String(reason)))
      .finally(() => {
        button.disabled = false;
      });
  });
  return made;
}
