/** Executions in rows, as every list of them shows them. */
import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { duration, took } from '../format.js';
import { href } from '../router.js';
import { t } from '../text.js';
import { exitStatusOf, statusBadge } from './status.js';
import { moment } from './time.js';
import { parametersLine, shortFailure, shortValue } from './value.js';

export function executionsTable(executions, { showJob = true, caption = t('executions') } = {}) {
  return html`<div class="table-scroll" tabindex="0" role="group" aria-label=${caption}>
    <table class="rows stack" role="table">
      <caption class="visually-hidden">${caption}</caption>
      <thead role="rowgroup"><tr role="row">
        <th scope="col" role="columnheader">${t('execution')}</th><th scope="col" role="columnheader">${t('status')}</th>${showJob ? html`<th scope="col" role="columnheader">${t('job')}</th>` : nothing}
        <th scope="col" role="columnheader">${t('parameters')}</th><th scope="col" role="columnheader">${t('created')}</th><th scope="col" role="columnheader" class="num">${t('duration')}</th>
        <th scope="col" role="columnheader">${t('node')}</th><th scope="col" role="columnheader">${t('submitter')}</th>
      </tr></thead>
      <tbody role="rowgroup">${repeat(
        executions,
        ({ id }) => id,
        (execution) => html`<tr role="row">
          <th scope="row" role="rowheader" data-label=${t('execution')}><a href=${href('executions', execution.id)}>${execution.id}</a>${execution.application === undefined ? nothing : html` <span class="muted one-line short">${shortValue(execution.application, 24)}</span>`}</th>
          <td role="cell">${statusBadge(execution.status)}${exitStatusOf(execution) === undefined ? nothing : html` <span class="muted one-line short">${shortValue(exitStatusOf(execution), 30)}</span>`}</td>
          ${showJob ? html`<td role="cell" class=${execution.job.length < 32 ? 'one-line' : ''}><a href=${href('jobs', execution.job)}>${shortValue(execution.job, 40)}</a></td>` : nothing}
          <td role="cell" class="wide">${parametersLine(execution.parameters)}${execution.failure === undefined ? nothing : html`<br><span class="muted">${shortFailure(execution.failure)}</span>`}</td>
          <td role="cell" data-label=${t('created')}>${moment(execution.created)}</td>
          <td role="cell" class="num" data-label=${t('duration')}>${duration(took(execution))}</td>
          <td role="cell" class="one-line short" data-label=${t('node')}>${execution.node === undefined ? '–' : shortValue(execution.node, 24)}</td>
          <td role="cell" class="one-line short" data-label=${t('submitter')}>${execution.submitter === undefined ? '–' : shortValue(execution.submitter, 24)}</td>
        </tr>`,
      )}</tbody>
    </table>
  </div>`;
}
