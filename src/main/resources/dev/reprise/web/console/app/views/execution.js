/** One execution: what happened, when, with what, and how to go on. */
import { html, nothing } from 'lit';
import { get } from '../api.js';
import { duration, took } from '../format.js';
import { Listen, live } from '../live.js';
import { Load, Tick } from '../load.js';
import '../parts/actions.js';
import { empty, skeleton } from '../parts/blank.js';
import '../parts/gantt.js';
import { graphWidth } from '../parts/graph.js';
import '../parts/log.js';
import { parametersTable } from '../parts/parameters-table.js';
import { vars } from '../parts/part.js';
import { progressBar } from '../parts/progress-bar.js';
import { sparkline } from '../parts/sparkline.js';
import '../parts/stack-trace.js';
import { exitStatusOf, statusBadge, statusWord } from '../parts/status.js';
import '../parts/steps-table.js';
import { story } from '../parts/story.js';
import { moment } from '../parts/time.js';
import { subjectHeading } from '../parts/subject.js';
import { parametersText, shortValue } from '../parts/value.js';
import { href } from '../router.js';
import { t } from '../text.js';
import { View } from './view.js';

/** A graph up to this width stands beside the time line, a wider one above it. */
const widestBeside = 370;

class Execution extends View {
  static properties = { execution: {} };

  #execution = new Load(this, async (signal) => {
    const execution = await get(`executions/${this.execution}`, {}, signal);
    live.measure(execution);
    return execution;
  });
  /** Only of the last execution of an instance, and only when it can go on, is it of interest what a launch would do. */
  #decision = new Load(this, async (signal) => {
    const execution = this.#execution.value;
    return execution && execution.actions.restart ? (await get(`instances/${execution.instanceId}`, {}, signal)).launch ?? {} : {};
  });

  constructor() {
    super();
    new Tick(this);
    new Listen(this, {
      execution: (execution) => this.#moved(execution),
      reset: () => this.#execution.soon(),
    });
  }

  /** A page among many is found by what it is about. */
  get heading() {
    const { value: execution } = this.#execution;
    return execution
      ? [statusWord(execution.status), execution.job, parametersText(execution.parameters), t('executionN', execution.id)].filter(Boolean).join(' · ')
      : t('executionN', this.execution);
  }

  #moved(execution) {
    const { value: known } = this.#execution;
    if (String(execution.id) !== this.execution) {
      if (known && execution.instanceId === known.instanceId) this.#execution.soon(); // it was restarted
      return;
    }
    // What the event says is shown at once; steps and the rest follow.
    if (known) this.#execution.value = { ...known, ...execution, progress: execution.progress };
    this.#execution.soon();
    this.requestUpdate();
  }

  willUpdate() {
    const execution = this.#execution.value;
    const question = execution?.actions.restart ? `${execution.id} ${execution.status}` : undefined;
    if (question === this.question) return;
    this.question = question;
    if (question !== undefined) this.#decision.reload();
  }

  render() {
    return html`${this.#execution.value ? nothing : html`<h1>${this.heading}</h1>`}${this.#execution.render((execution) => this.#render(execution), skeleton(12))}`;
  }

  #render(execution) {
    const decision = execution.actions.restart && this.#decision.value?.decision ? this.#decision.value : undefined;
    const actions = html`<reprise-actions .execution=${execution} .actions=${execution.actions} .decision=${decision} .parameters=${execution.allParameters} .done=${() => this.#execution.soon()}></reprise-actions>`;
    const width = execution.graph?.length ? Math.ceil(graphWidth(execution.graph)) : 0;
    const failures = execution.steps.flatMap((step) => [step, ...step.partitions]).filter((step) => step.failure !== undefined);
    return html`
      <p class="crumbs"><a href="#/jobs">${t('nav.jobs')}</a> › <a href=${href('jobs', execution.job)}>${shortValue(execution.job, 60)}</a> › <a href=${href('instances', execution.instanceId)}>${t('instanceN', execution.instanceId)}</a> › ${t('executionN', execution.id)}</p>
      <div class="title-row">${subjectHeading(execution.job, execution.parameters, execution.status)}${exitStatusOf(execution) === undefined ? nothing : html`<span class="muted">${t('exitStatus')} ${shortValue(execution.exitStatus, 60)}</span>`}</div>
      <p class="visually-hidden" role="status">${statusWord(execution.status)}</p>
      ${story(execution, decision, actions)}
      ${this.#facts(execution)}
      ${execution.live
        ? html`<section class="card live-card" aria-labelledby="execution-progress"><h2 id="execution-progress">${t('progress')}</h2><div class="live-columns">${progressBar(execution)}${sparkline(execution)}</div></section>`
        : nothing}
      <div class="columns execution-columns ${width > widestBeside ? 'wide' : ''}" ${vars({ '--graph-width': `${width + 52}px` })}>
        <section class="card way" aria-labelledby="execution-graph"><h2 id="execution-graph">${t('wayTaken')}</h2>
          ${width ? html`<reprise-graph .nodes=${execution.graph} .passages=${execution.passages ?? {}} .transitions=${execution.transitions ?? []}></reprise-graph>` : empty(t('notDeployed'), t('noGraphHint'))}
        </section>
        <div class="main-column">
          <section class="card" aria-labelledby="execution-gantt"><h2 id="execution-gantt">${t('timeline')}</h2>
            ${execution.steps.length ? html`<reprise-gantt .execution=${execution}></reprise-gantt>` : empty(t('noSteps'), t('noStepsHint'))}
          </section>
          ${execution.steps.length
            ? html`<section class="card" aria-labelledby="execution-steps"><h2 id="execution-steps">${t('steps')}</h2><reprise-steps-table .steps=${execution.steps}></reprise-steps-table></section>`
            : nothing}
          ${failures.length
            ? html`<section class="card" aria-labelledby="execution-failures"><h2 id="execution-failures">${t('exceptions')}</h2>
                ${failures.slice(0, 20).map((step) => html`<reprise-stack-trace .execution=${execution.id} .step=${step}></reprise-stack-trace>`)}</section>`
            : nothing}
          <section class="card" aria-labelledby="execution-parameters"><h2 id="execution-parameters">${t('parameters')}</h2>${parametersTable(execution.allParameters, execution.previous)}</section>
        </div>
      </div>
      <section class="card" aria-labelledby="execution-log"><h2 id="execution-log">${t('log')}</h2><reprise-log .execution=${execution}></reprise-log></section>`;
  }

  #facts(execution) {
    const link = (id) => html`<a href=${href('executions', id)}>${t('executionN', id)}</a>`;
    return html`<dl class="facts wide-facts">
      <div><dt>${t('startedAt')}</dt><dd>${moment(execution.started ?? execution.created)}</dd></div>
      <div><dt>${t('endedAt')}</dt><dd>${execution.ended === undefined ? '–' : moment(execution.ended)}</dd></div>
      <div><dt>${t('duration')}</dt><dd>${duration(took(execution))}</dd></div>
      ${execution.application === undefined ? nothing : html`<div><dt>${t('application')}</dt><dd>${shortValue(execution.application, 40)}</dd></div>`}
      <div><dt>${t('node')}</dt><dd>${execution.waiting ? t('waitsForNode') : execution.node === undefined ? '–' : shortValue(execution.node, 40)}</dd></div>
      <div><dt>${t('submitter')}</dt><dd>${execution.submitter === undefined ? '–' : shortValue(execution.submitter, 40)}</dd></div>
      <div><dt>${t('attempt')}</dt><dd>${execution.attempt === undefined ? '–' : t('attemptN', execution.attempt)}</dd></div>
      ${execution.previous === undefined ? nothing : html`<div><dt>${t('previous')}</dt><dd>${link(execution.previous)}</dd></div>`}
      ${execution.following === undefined ? nothing : html`<div><dt>${t('following')}</dt><dd>${link(execution.following)}</dd></div>`}
      ${execution.recoveries ? html`<div><dt>${t('recoveries')}</dt><dd>${execution.recoveries}</dd></div>` : nothing}
    </dl>`;
  }
}
customElements.define('reprise-execution', Execution);
