/** What happened to an execution and how to go on, in plain sentences, for somebody who sees it for the first time. */
import { html, nothing } from 'lit';
import { duration, number, took } from '../format.js';
import { href } from '../router.js';
import { t } from '../text.js';
import { attemptsOf } from './attempts.js';
import { restartPhrase } from './decision.js';
import { partitionName } from './gantt.js';
import { statusClass, statusIcon } from './status.js';
import { failure, value } from './value.js';

/** @param actions the buttons to go on with, or nothing */
export function story(execution, decision, actions) {
  const text = tell(execution);
  return html`<section class="story notice ${statusClass(execution.status)}" aria-labelledby="story">
    ${statusIcon(execution.status)}
    <div>
      <h2 id="story">${text.title}</h2>
      ${text.cause === undefined ? nothing : html`<p class="failure-line">${failure(text.cause)}</p>`}
      ${text.more.map((sentence) => html`<p>${sentence}</p>`)}
      ${goOn(execution, decision)}
      ${actions}
    </div>
  </section>`;
}

function tell(execution) {
  const time = duration(took(execution));
  switch (execution.status) {
    case 'FAILED':
      return failed(execution, time);
    case 'STOPPED':
      return { title: t('story.stopped', time), cause: execution.failure, more: [stoppedAt(execution)].filter(Boolean) };
    case 'COMPLETED': {
      const routed = execution.steps.filter(({ status }) => status === 'FAILED');
      return { title: t('story.completed', time, number(written(execution.steps))), more: routed.map(({ name }) => t('story.routed', name)) };
    }
    case 'ABANDONED':
      return { title: t('story.abandoned'), cause: execution.failure, more: [] };
    case 'STOPPING':
      return { title: t('story.stopping'), more: [] };
    case 'STARTING':
      return { title: t('story.starting'), more: [] };
    case 'STARTED':
      return { title: execution.progress?.step === undefined ? t('story.running', time) : t('story.runningStep', execution.progress.step, time), more: execution.recoveries ? [t('story.recovered', execution.recoveries)] : [] };
    default:
      return { title: t('story.unknown'), cause: execution.failure, more: [] };
  }
}

function failed(execution, time) {
  const tried = attemptsOf(execution) ?? [];
  const step = execution.steps.findLast((one) => one.status === 'FAILED' && !isRouted(one, execution));
  if (!step) return { title: t('story.failedJob', time), cause: execution.failure, more: [tried].flat() };
  const partitions = step.partitions.filter(({ status }) => status === 'FAILED');
  const cause = step.failure ?? partitions[0]?.failure ?? execution.failure;
  const chunk = step.counts.read > 0 || step.counts.commits > 0;
  const title = partitions.length
    ? t('story.failedPartitions', step.name, partitionName(partitions[0]), partitions.length, step.partitions.length)
    : chunk
      ? t('story.failedChunk', step.name, number(step.counts.read))
      : t('story.failedStep', step.name, duration(took({ ...step, created: execution.created })));
  return { title, cause, more: [chunk ? t('story.committed', number(step.counts.written), step.counts.commits) : [], tried].flat() };
}

/** Whether the job went on after it all the same. */
function isRouted(step, { transitions = [] }) {
  return transitions.some(({ element, kind }) => element === step.name && kind !== 'FAIL');
}

function stoppedAt(execution) {
  const step = execution.steps.find(({ status }) => status === 'STOPPED');
  if (step) return t('story.stoppedStep', step.name, number(step.counts.written), step.counts.commits);
  const stop = execution.transitions?.find(({ kind }) => kind === 'STOP');
  return stop && t('story.stoppedByElement', stop.element, stop.exitStatus ?? '');
}

function written(steps) {
  return steps.reduce((sum, step) => sum + step.counts.written, 0);
}

function goOn(execution, decision) {
  if (execution.following !== undefined) {
    return html`<p>${t('story.followed')} <a href=${href('executions', execution.following)}>${t('executionN', execution.following)}</a></p>`;
  }
  if (!['FAILED', 'STOPPED'].includes(execution.status)) return nothing;
  if (!decision) return nothing;
  if (decision.decision === 'RESTART') return html`<p>${t('story.restart', restartPhrase(decision, execution))}</p>`;
  return html`<p>${t('decision.REFUSE')} ${value(decision.message)}</p>`;
}
