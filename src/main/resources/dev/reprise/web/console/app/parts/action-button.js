/** A button for something that needs a role: who lacks it sees the button, and why it does nothing. */
import { html, nothing } from 'lit';
import { may, roleFor } from '../session.js';
import { t } from '../text.js';
import { uniqueId } from './part.js';

const ids = new Map();

function hintId(action) {
  if (!ids.has(action)) ids.set(action, uniqueId(`needs-${action}`));
  return ids.get(action);
}

export function actionButton(action, label, { onClick, kind = '', type = 'button', refused } = {}) {
  if (may(action)) {
    return html`<button type=${type} class=${kind} aria-disabled=${refused ? 'true' : nothing} @click=${refused ? (event) => event.preventDefault() : onClick}>${label}</button>`;
  }
  // Not `disabled`: then the keyboard would not find the explanation.
  return html`<span class="needs-role">
    <button type="button" aria-disabled="true" aria-describedby=${hintId(action)}>${label}</button>
    <span class="hint" id=${hintId(action)}>${t('needsRole', roleFor(action))}</span>
  </span>`;
}
