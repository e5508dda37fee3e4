/** Executions in rows, as every list of them shows them. */
import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { duration, took } from '../format.js';
import { href } from '../router.js';
import { t } from '../text.js';
import { exitStatusOf, statusBadge } from './status.js';
import { moment } from './time.js';
import { parametersLine, shortValue } from './value.js';

export function executionsTable(executions, { showJob = true, caption = t('executions') } = {}) {
  return html`<div class="table-scroll" tabindex="0" role="region" aria-label=${caption}>
    <table class="rows">
      <caption class="visually-hidden">${caption}</caption>
      <thead><tr>
        <th scope="col">${t('execution')}</th><th scope="col">${t('status')}</th>${showJob ? html`<th scope="col">${t('job')}</th>` : nothing}
        <th scope="col">${t('parameters')}</th><th scope="col">${t('created')}</th><th scope="col" class="num">${t('duration')}</th>
        <th scope="col">${t('node')}</th><th scope="col">${t('submitter')}</th>
      </tr></thead>
      <tbody>${repeat(
        executions,
        ({ id }) => id,
        (execution) => html`<tr>
          <th scope="row"><a href=${href('executions', execution.id)}>${execution.id}</a></th>
          <td>${statusBadge(execution.status)}${exitStatusOf(execution) === undefined ? nothing : html`<br>${shortValue(exitStatusOf(execution), 30)}`}</td>
          ${showJob ? html`<td><a href=${href('jobs', execution.job)}>${shortValue(execution.job, 40)}</a></td>` : nothing}
          <td class="wide">${parametersLine(execution.parameters)}${execution.failure === undefined ? nothing : html`<br><span class="muted">${shortValue(execution.failure, 90)}</span>`}</td>
          <td>${moment(execution.created)}</td>
          <td class="num">${duration(took(execution))}</td>
          <td>${execution.node === undefined ? '–' : shortValue(execution.node, 24)}</td>
          <td>${execution.submitter === undefined ? '–' : shortValue(execution.submitter, 24)}</td>
        </tr>`,
      )}</tbody>
    </table>
  </div>`;
}
