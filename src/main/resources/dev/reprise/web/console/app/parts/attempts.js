/** What a failure is among the attempts at its instance, in a sentence; nothing for a first attempt. */
import { number } from '../format.js';
import { t } from '../text.js';

/** @returns the text, or undefined if there is nothing to tell */
export function attemptsOf({ attempts }) {
  if (attempts === undefined || attempts.number === 1) return undefined;
  const committed = number(attempts.committed);
  return attempts.sameSince < attempts.number ? t('attempts.same', attempts.number, committed, attempts.sameSince) : t('attempts', attempts.number, committed);
}
