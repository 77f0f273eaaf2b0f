import { text } from '../dom.ts';
import { ApiFault } from './api.ts';

/** Shows what the gateway has refused, in its own words. Other faults are the page's, and go to the console. */
export function showFault(to: HTMLElement, reason: unknown): void {
  if (!(reason instanceof ApiFault)) {
    throw reason;
  }
  text(to, reason.message);
}
