/** What a launch or a restart would do: the decision, and what becomes of each step. */
import { html, nothing } from 'lit';
import { href } from '../router.js';
import { t } from '../text.js';
import { statusIcon } from './status.js';
import { shortValue, value } from './value.js';

const icons = { SKIP: 'SKIPPED', RESUME: 'STARTED', RUN: 'STARTING', AT_LIMIT: 'FAILED' };

export function stepPlans(steps) {
  return html`<ol class="plans">
    ${steps.map((plan) => html`<li>
      ${statusIcon(plan.reach === 'NOT' ? 'NOT_REACHED' : icons[plan.fate])}
      <div><strong><bdi>${plan.step}</bdi></strong> ${plan.reach === 'NOT' ? t('reach.NOT') : t(`fate.${plan.fate}`)}
      ${plan.reach === 'MAY' ? html`<span class="muted">${t('reach.MAY')}</span>` : nothing}
      ${plan.partitions?.length && plan.reach !== 'NOT' ? html`<span class="muted">${t('partitionsLeft', plan.partitions.filter(({ fate }) => fate !== 'SKIP').map(({ number }) => number).join(', '), plan.partitions.length)}</span>` : nothing}
      ${plan.fate === 'RESUME' && !plan.partitions?.length && plan.reach !== 'NOT' ? html`<span class="muted">${plan.commits === undefined ? nothing : t('resumeAfter', plan.commits)}${plan.checkpoint === undefined ? nothing : html` ${t('checkpoint')}: ${shortValue(plan.checkpoint, 80)}`}</span>` : nothing}</div>
    </li>`)}
  </ol>`;
}

/** Which steps' partitions run on any node. */
export function distributedSteps(decision) {
  if (!decision.distributed?.length) return nothing;
  return html`<ul class="plain">${decision.distributed.map(({ step, most }) => html`<li>${most === undefined ? t('anyNode', step) : t('anyNodeAtMost', step, most)}</li>`)}</ul>`;
}

/** What is not as it was when the execution ran that is restarted, and does no harm. */
export function changedSince(decision) {
  if (!decision.changes?.length) return nothing;
  return html`<details><summary>${t('changedSince', decision.changes.length)}</summary><ul>${decision.changes.map((change) => html`<li>${value(change)}</li>`)}</ul></details>`;
}

/** What it would run with that nobody has just typed. */
function effectiveParameters(decision) {
  const told = decision.parameters?.filter(({ source, before }) => source !== 'GIVEN' || before !== undefined) ?? [];
  if (!told.length) return nothing;
  return html`<ul class="plain">${told.map((parameter) => html`<li><bdi>${parameter.name}</bdi> = ${shortValue(parameter.value, 80)}
    <span class="muted">${parameter.source === 'GIVEN' ? html`${t('source.GIVEN')} ${shortValue(parameter.before, 80)}` : t(`source.${parameter.source}`)}</span></li>`)}</ul>`;
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
    ${distributedSteps(decision)}
    ${changedSince(decision)}
    ${effectiveParameters(decision)}
    ${decision.executionId === undefined ? nothing : html`<p><a href=${href('executions', decision.executionId)}>${t('lookAtExecution', decision.executionId)}</a></p>`}
  </div>`;
}

/** What a restart of an execution would do, as the rest of a sentence; nothing if it runs all steps from their beginning. */
export function restartPhrase(decision, execution) {
  const plans = (fate) => decision.steps?.filter((plan) => plan.fate === fate && plan.reach !== 'NOT') ?? [];
  const skipped = plans('SKIP').map((plan) => plan.step);
  const resumed = plans('RESUME').map((plan) => {
    const partitions = execution.steps.find(({ name }) => name === plan.step)?.partitions ?? [];
    const left = partitions.filter(({ status }) => status !== 'COMPLETED').length;
    return partitions.length ? t('restartPartitions', plan.step, left) : t('restartResumes', plan.step, plan.commits);
  });
  return [skipped.length ? t('restartSkips', skipped.join(', ')) : '', ...resumed].filter(Boolean).join(t('and'));
}
