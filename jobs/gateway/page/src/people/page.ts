import { type App, may, type PageMaker } from '../app.ts';
import { confirmed } from '../dialog.ts';
import { button, element, fill, labelled, select, text } from '../dom.ts';
import { instant } from '../format.ts';
import { part } from '../server/api.ts';
import { showFault } from '../server/fault.ts';
import type { Account, AuditEntry, Role, Token } from '../server/types.ts';
import { form, LEAST_PASSWORD, passwordForm } from './login.ts';

const ROLES: Role[] = ['viewer', 'operator', 'admin'];
const AUDIT_ROWS = 50;

/** Everybody: one's own password and tokens. Admins: accounts, and who did what. */
export const peoplePage: PageMaker = (app, _route, life) =>
  element(
    'div',
    { class: 'people-grid' },
    may(app.me, 'admin') && accounts(app, life),
    element('div', { class: 'side' }, tokens(app, life), ownPassword(app)),
    may(app.me, 'admin') && audit(app, life),
  );

function ownPassword({ api }: App): HTMLElement {
  const place = element('div', { class: 'plainform' });
  const show = (): void => {
    place.replaceChildren(
      passwordForm(api, null, () => {
        show();
        place.prepend(element('p', { class: 'hint', role: 'status' }, 'The password is changed.'));
      }),
    );
  };
  show();
  return place;
}

function accounts({ api, me }: App, life: AbortSignal): HTMLElement {
  const body = element('tbody');
  const fault = element('p', { class: 'fault', role: 'alert' });
  const made = element('div', { role: 'status' });
  const showPassword = (of: string, password: string): void =>
    fill(made, element('p', {}, `The password of ${of}, shown this once: `), element('code', { class: 'token' }, password));
  const attempt = (work: Promise<unknown>): void => {
    text(fault, '');
    work.then(look, (reason: unknown) => showFault(fault, reason));
  };
  const row = (account: Account): HTMLElement => {
    const self = account.name === me.name;
    const role = select(ROLES, account.role);
    role.disabled = self;
    role.setAttribute('aria-label', `Role of ${account.name}`);
    role.addEventListener('change', () => attempt(api.patch(`/users/${part(account.name)}`, { role: role.value })));
    const reset = button(
      'New password',
      () => {
        const password = newPassword();
        void confirmed(
          `Give ${account.name} a new password?`,
          'The old one no longer works. The new one is shown once, and has to be changed at the next login.',
          'New password',
        ).then((yes) => {
          if (yes) {
            api.patch(`/users/${part(account.name)}`, { password }).then(
              () => showPassword(account.name, password),
              (reason: unknown) => showFault(fault, reason),
            );
          }
        });
      },
      { class: 'small', disabled: self },
    );
    const toggle = button(
      account.disabled ? 'Let in again' : 'Lock out',
      () => {
        const change = (): void => attempt(api.patch(`/users/${part(account.name)}`, { disabled: !account.disabled }));
        if (account.disabled) {
          change();
        } else {
          void confirmed(`Lock ${account.name} out?`, 'Sessions of the page end at once, and tokens no longer work.', 'Lock out').then(
            (yes) => yes && change(),
          );
        }
      },
      { class: 'small', disabled: self },
    );
    return element(
      'tr',
      {},
      element('th', { scope: 'row' }, account.name, self && element('span', { class: 'hint' }, ' (you)')),
      element('td', {}, role),
      element('td', {}, account.disabled ? element('span', { class: 'badge bad' }, 'locked out') : element('span', { class: 'badge good' }, 'active')),
      element('td', {}, element('div', { class: 'row' }, reset, toggle)),
    );
  };
  const look = async (): Promise<void> => {
    try {
      fill(body, ...(await api.get<Account[]>('/users', life)).map(row));
    } catch (reason) {
      showFault(fault, reason);
    }
  };
  void look();
  const name = element('input', { required: true, autocomplete: 'off', maxlength: 32 });
  const role = select(ROLES, 'viewer');
  const password = element('input', { type: 'password', minlength: LEAST_PASSWORD, autocomplete: 'new-password' });
  const add = form(
    'New account',
    'Make the account',
    [
      element(
        'div',
        { class: 'fields' },
        labelled('Name', name, 'Small letters, digits, dots, dashes and underscores.'),
        labelled('Role', role),
        labelled('First password', password, `At least ${LEAST_PASSWORD} characters, to be changed at the first login. Left empty, one is made.`),
      ),
    ],
    async () => {
      fill(made);
      const account = await api.post<{ name: string; password?: string }>('/users', {
        name: name.value,
        role: role.value,
        password: password.value === '' ? null : password.value,
      });
      if (account.password !== undefined) {
        showPassword(account.name, account.password);
      }
      name.value = password.value = '';
      await look();
    },
  );
  return element(
    'section',
    { class: 'panel', 'aria-label': 'Accounts' },
    element('h2', {}, 'Accounts'),
    fault,
    element(
      'table',
      { class: 'list' },
      element('thead', {}, element('tr', {}, ...['Name', 'Role', 'State'].map((t) => element('th', { scope: 'col' }, t)), element('td'))),
      body,
    ),
    made,
    add,
  );
}

/** 120 random bits, in letters that can be read out. */
function newPassword(): string {
  const letters = 'abcdefghijkmnpqrstuvwxyz23456789';
  return Array.from(crypto.getRandomValues(new Uint8Array(24)), (byte) => letters[byte % letters.length]).join('');
}

function tokens({ api, me }: App, life: AbortSignal): HTMLElement {
  const body = element('tbody');
  const fault = element('p', { class: 'fault', role: 'alert' });
  const fresh = element('div', { role: 'status' });
  const look = async (): Promise<void> => {
    try {
      const all = await api.get<Token[]>('/tokens', life);
      fill(
        body,
        ...all.map((token) =>
          element(
            'tr',
            {},
            element('th', { scope: 'row' }, token.name),
            element('td', {}, token.scope),
            element('td', {}, token.owner),
            element('td', {}, instant(token.expires)),
            element('td', {}, token.lastUsed ? instant(token.lastUsed) : 'never'),
            element(
              'td',
              {},
              token.revoked !== null
                ? element('span', { class: 'hint' }, `revoked ${instant(token.revoked)}`)
                : button(
                'Revoke',
                () => {
                  void confirmed(`Revoke the token ${token.name}?`, 'Programs that use it are refused from now on.', 'Revoke').then((yes) => {
                    if (yes) {
                      api.delete(`/tokens/${part(token.id)}`).then(look, (reason: unknown) => showFault(fault, reason));
                    }
                  });
                },
                { class: 'small', 'aria-label': `Revoke the token ${token.name}` },
              ),
            ),
          ),
        ),
        all.length === 0 && element('tr', {}, element('td', { colspan: 6, class: 'hint' }, 'No program has a token.')),
      );
    } catch (reason) {
      showFault(fault, reason);
    }
  };
  void look();
  const name = element('input', { required: true, autocomplete: 'off' });
  const scopes = ['read', ...(may(me, 'operator') ? ['operate'] : []), ...(may(me, 'admin') ? ['admin'] : [])];
  const scope = select(scopes, 'read');
  const days = element('input', { type: 'number', min: 1, max: 365, step: 1, required: true });
  days.value = '90';
  const add = form(
    'New token for a program',
    'Make a token',
    [element('div', { class: 'fields' }, labelled('Name', name, 'of the program, say'), labelled('It may', scope), labelled('Days', days))],
    async () => {
      const { token } = await api.post<{ token: string }>('/tokens', {
        name: name.value,
        scope: scope.value,
        days: days.valueAsNumber,
      });
      name.value = '';
      fill(
        fresh,
        element('p', {}, 'The token, shown this once: '),
        element('code', { class: 'token' }, token),
        element('p', { class: 'hint' }, 'Programs send it as "Authorization: Bearer …".'),
      );
      await look();
    },
  );
  return element(
    'section',
    { class: 'panel', 'aria-label': 'Tokens' },
    element('h2', {}, 'Tokens'),
    fault,
    element(
      'table',
      { class: 'list' },
      element('thead', {}, element('tr', {}, ...['Name', 'May', 'Of', 'Until', 'Last used'].map((t) => element('th', { scope: 'col' }, t)), element('td'))),
      body,
    ),
    fresh,
    add,
  );
}

function audit({ api }: App, life: AbortSignal): HTMLElement {
  const body = element('tbody');
  const fault = element('p', { class: 'fault', role: 'alert' });
  let last: AuditEntry | null = null;
  const more = button('Older', () => void look());
  const look = async (): Promise<void> => {
    try {
      const before = last === null ? '' : `&before=${last.id}`;
      const entries = await api.get<AuditEntry[]>(`/audit?limit=${AUDIT_ROWS}${before}`, life);
      for (const entry of entries) {
        last = entry;
        body.append(
          element(
            'tr',
            {},
            element('td', {}, instant(entry.at)),
            element('td', {}, entry.who),
            element('td', {}, entry.action),
            element('td', {}, entry.detail),
            element('td', {}, entry.address),
            element('td', { class: entry.result >= 400 ? 'number warn' : 'number' }, entry.result),
          ),
        );
      }
      more.hidden = entries.length < AUDIT_ROWS;
    } catch (reason) {
      showFault(fault, reason);
    }
  };
  void look();
  return element(
    'section',
    { class: 'panel wide', 'aria-label': 'Who did what' },
    element('h2', {}, 'Who did what'),
    fault,
    element(
      'div',
      { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Audit log' },
      element(
        'table',
        { class: 'list' },
        element('thead', {}, element('tr', {}, ...['When', 'Who', 'What', 'Of what', 'From', 'Answer'].map((t) => element('th', { scope: 'col' }, t)))),
        body,
      ),
    ),
    more,
  );
}
