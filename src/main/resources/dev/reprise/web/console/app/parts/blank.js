/** What stands where there is nothing yet, or nothing at all. */
import { html, nothing } from 'lit';
import { t } from '../text.js';

/** Grey lines in the place of what is being read, so that nothing jumps when it comes. */
export function skeleton(lines = 4) {
  return html`<div class="skeleton" role="status"><span class="visually-hidden">${t('loading')}</span>${Array.from({ length: lines }, () => html`<div></div>`)}</div>`;
}

export function empty(title, hint) {
  return html`<div class="empty"><p><strong>${title}</strong></p>${hint ? html`<p>${hint}</p>` : nothing}</div>`;
}
