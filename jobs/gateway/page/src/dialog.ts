import { button, element } from './dom.ts';

/**
 * Asks in a dialog of the page. Escape and the first button, which has the focus, say no.
 *
 * @returns whether the answer is yes
 */
export function confirmed(question: string, consequence: string, yes: string): Promise<boolean> {
  return new Promise((resolve) => {
    const dialog = element(
      'dialog',
      { 'aria-labelledby': 'dialog-question', 'aria-describedby': 'dialog-consequence' },
      element('h2', { id: 'dialog-question' }, question),
      element('p', { id: 'dialog-consequence' }, consequence),
      element(
        'div',
        { class: 'row end' },
        button('Leave it', () => dialog.close('no'), { autofocus: true }),
        button(yes, () => dialog.close('yes'), { class: 'danger' }),
      ),
    );
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'yes');
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
