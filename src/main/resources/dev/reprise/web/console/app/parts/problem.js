/** What the server refused or could not do, and what to do next. */
import { html, nothing } from 'lit';
import { href } from '../router.js';
import { t } from '../text.js';
import { value } from './value.js';

export function problemBox(problem, retry) {
  return html`<div class="notice failed" role="alert">
    <p><strong><bdi>${problem.title}</bdi></strong></p>
    <p>${value(problem.detail)}</p>
    ${problem.faults?.length
      ? html`<ul>${problem.faults.map((fault) => html`<li>${fault.parameter ? html`<bdi class="value">${fault.parameter}</bdi>: ` : nothing}${value(fault.message)}</li>`)}</ul>`
      : nothing}
    ${problem.executionId === undefined
      ? nothing
      : html`<p><a href=${href('executions', problem.executionId)}>${t('lookAtExecution', problem.executionId)}</a></p>`}
    ${retry ? html`<p><button @click=${retry}>${t('tryAgain')}</button></p>` : nothing}
  </div>`;
}
