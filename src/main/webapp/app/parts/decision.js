/** What a launch or a restart would do: the decision, and what becomes of each step. */
import { html, nothing } from 'lit';
import { href } from '../router.js';
import { t } from '../text.js';
import { statusIcon } from './status.js';
import { shortValue, value } from './value.js';

const icons = { SKIP: 'SKIPPED', RESUME: 'STARTED', RUN: 'STARTING' };

export function stepPlans(steps) {
  return html`<ol class="plans">
    ${steps.map((plan) => html`<li>
      ${statusIcon(icons[plan.fate])}
      <div><strong><bdi>${plan.step}</bdi></strong> ${t(`fate.${plan.fate}`)}
      ${plan.fate === 'RESUME' ? html`<span class="muted">${plan.commits === undefined ? nothing : t('resumeAfter', plan.commits)}${plan.checkpoint === undefined ? nothing : html` ${t('checkpoint')}: ${shortValue(plan.checkpoint, 80)}`}</span>` : nothing}</div>
    </li>`)}
  </ol>`;
}

/** Only what somebody has to mend is red. */
function look(decision) {
  if (decision.decision === 'START' || decision.decision === 'RESTART') return 'running';
  return decision.refusal?.startsWith('INVALID') ? 'failed' : 'stopped';
}

export function decisionBox(decision) {
  return html`<div class="notice ${look(decision)}">
    <p><strong>${t(`decision.${decision.decision}`)}</strong></p>
    <p class="message">${value(decision.message)}</p>
    ${decision.faults?.some((fault) => fault.parameter === undefined)
      ? html`<ul>${decision.faults.filter((fault) => fault.parameter === undefined).map((fault) => html`<li>${value(fault.message)}</li>`)}</ul>`
      : nothing}
    ${decision.steps?.length ? stepPlans(decision.steps) : nothing}
    ${decision.executionId === undefined ? nothing : html`<p><a href=${href('executions', decision.executionId)}>${t('lookAtExecution', decision.executionId)}</a></p>`}
  </div>`;
}

/** What a restart of an execution would do, as the rest of a sentence; nothing if it runs all steps from their beginning. */
export function restartPhrase(decision, execution) {
  const plans = (fate) => decision.steps?.filter((plan) => plan.fate === fate) ?? [];
  const skipped = plans('SKIP').map((plan) => plan.step);
  const resumed = plans('RESUME').map((plan) => {
    const partitions = execution.steps.find(({ name }) => name === plan.step)?.partitions ?? [];
    const left = partitions.filter(({ status }) => status !== 'COMPLETED').length;
    return partitions.length ? t('restartPartitions', plan.step, left) : t('restartResumes', plan.step, plan.commits);
  });
  return [skipped.length ? t('restartSkips', skipped.join(', ')) : '', ...resumed].filter(Boolean).join(t('and'));
}
