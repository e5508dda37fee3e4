/** A job: its graph, its last executions, how long they took, its launch form, its instances. */
import { html, nothing } from 'lit';
import { get, segment } from '../api.js';
import { Listen } from '../live.js';
import { Load, Pages, Tick } from '../load.js';
import { empty, skeleton } from '../parts/blank.js';
import '../parts/duration-chart.js';
import '../parts/graph.js';
import '../parts/grid.js';
import '../parts/job-schedule.js';
import '../parts/launch-form.js';
import { statusBadge } from '../parts/status.js';
import { age } from '../parts/time.js';
import { parametersLine, shortValue, value } from '../parts/value.js';
import { href, replace } from '../router.js';
import { t } from '../text.js';
import { View } from './view.js';

const shownExecutions = 30;

class Job extends View {
  static properties = { job: {}, query: {} };

  #job = new Load(this, (signal) => get(`jobs/${segment(this.job)}`, {}, signal));
  #grid = new Load(this, (signal) => get(`jobs/${segment(this.job)}/grid`, { limit: shownExecutions }, signal), { pauseMillis: 3000 });
  #instances = new Pages(this, (after, signal) => get(`jobs/${segment(this.job)}/instances`, { after, limit: 20 }, signal), {
    get: () => this.query.pages,
    set: (pages) => replace(href('jobs', this.job, { ...this.query, pages })),
  });

  /** Whoever came by a button “Launch …” is led to the form, once. */
  #led = false;

  constructor() {
    super();
    new Tick(this, 5000);
    new Listen(this, {
      execution: (execution) => execution.job === this.job && this.#moved(execution),
      reset: () => {
        this.#job.soon();
        this.#grid.soon();
      },
    });
  }

  get heading() {
    return this.#job.value?.title ?? this.job;
  }

  #moved(execution) {
    this.#grid.soon();
    const known = this.#instances.items.find(({ id }) => id === execution.instanceId);
    if (known) {
      if (!(known.last?.id > execution.id)) known.last = execution;
      this.requestUpdate();
    } else if (!(execution.instanceId < this.#instances.items[0]?.id)) this.#instances.reload();
  }

  render() {
    return html`
      <p class="crumbs"><a href="#/jobs">${t('nav.jobs')}</a></p>
      <div class="title-row"><h1>${shortValue(this.heading, 100)}</h1>${this.#job.value?.deployed ? html`<button class="to-launch" @click=${this.#toLaunch}>${t('launchAsk')}</button>` : nothing}</div>
      ${this.#job.render((job) => html`
        ${(job.title ?? job.name) === job.name ? nothing : html`<p><code>${shortValue(job.name, 100)}</code></p>`}
        ${job.description === undefined ? nothing : html`<p class="lead">${value(job.description)}</p>`}
        <p class="tags">
          ${job.deployed ? nothing : html`<span class="tag warn">${t('notDeployed')}</span>`}
          ${job.identityNone ? html`<span class="tag" title=${t('identityNoneWhy')}>${t('identityNone')}</span>` : nothing}
          ${job.restartable ? nothing : html`<span class="tag" title=${t('notRestartableWhy')}>${t('notRestartable')}</span>`}
        </p>
        ${this.#findings(job.findings)}
        <reprise-job-schedule .job=${job.name}></reprise-job-schedule>
        <div class="columns job-columns">
          <div class="main-column">
            ${job.graph?.length
              ? html`<section class="card" aria-labelledby="job-graph"><h2 id="job-graph">${t('graph')}</h2><reprise-graph .nodes=${job.graph}></reprise-graph></section>`
              : nothing}
            ${this.#history()}
            <section class="card" aria-labelledby="job-instances"><h2 id="job-instances">${t('instances')}</h2>
              ${this.#instances.render((instances) => (instances.length ? this.#instanceTable(instances) : empty(t('noInstances'), t('noInstancesHint'))), skeleton(3))}
            </section>
          </div>
          ${job.deployed
            ? html`<section class="card launch-card" aria-labelledby="job-launch"><h2 id="job-launch" tabindex="-1">${t('launch')}</h2><reprise-launch-form .job=${job}></reprise-launch-form></section>`
            : nothing}
        </div>`, skeleton(10))}`;
  }

  updated() {
    super.updated();
    if (this.query.launch && !this.#led && this.#job.value) {
      this.#led = true;
      this.#toLaunch();
    }
  }

  async #toLaunch() {
    const form = this.querySelector('reprise-launch-form');
    await form?.updateComplete;
    (form?.querySelector('input, select') ?? this.querySelector('#job-launch'))?.focus();
  }

  #findings(findings) {
    if (!findings.length) return nothing;
    return html`<details class="notice ${findings.some(({ severity }) => severity === 'ERROR') ? 'failed' : 'stopped'}" ?open=${findings.some(({ severity }) => severity === 'ERROR')}>
      <summary>${t('findings', findings.filter(({ severity }) => severity === 'ERROR').length, findings.filter(({ severity }) => severity === 'WARNING').length)}</summary>
      <ul>${findings.map((finding) => html`<li><strong>${t(`severity.${finding.severity}`)}</strong> <bdi>${finding.file}:${finding.line}</bdi> <code><bdi>${finding.rule}</bdi></code><br>${value(finding.message)}</li>`)}</ul>
    </details>`;
  }

  #history() {
    return this.#grid.render((grid) => html`
      <section class="card" aria-labelledby="job-grid"><h2 id="job-grid">${t('lastExecutionsN', grid.executions.length)}</h2>
        ${grid.executions.length ? html`<reprise-grid .grid=${grid}></reprise-grid>` : empty(t('neverRan'), t('neverRanHint'))}
        ${grid.executions.length ? html`<p><a href=${href('executions', undefined, { job: this.job })}>${t('allExecutions')}</a></p>` : nothing}
      </section>
      ${grid.executions.length
        ? html`<section class="card" aria-labelledby="job-durations"><h2 id="job-durations">${t('durations')}</h2><reprise-duration-chart .executions=${grid.executions}></reprise-duration-chart></section>`
        : nothing}`, skeleton(6));
  }

  #instanceTable(instances) {
    return html`<div class="table-scroll" tabindex="0" role="group" aria-label=${t('instances')}><table class="rows stack" role="table">
      <caption class="visually-hidden">${t('instances')}</caption>
      <thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">${t('instance')}</th><th scope="col" role="columnheader">${t('identifyingParameters')}</th><th scope="col" role="columnheader">${t('lastExecution')}</th><th scope="col" role="columnheader">${t('when')}</th></tr></thead>
      <tbody role="rowgroup">${instances.map((instance) => html`<tr role="row">
        <th scope="row" role="rowheader" data-label=${t('instance')}><a href=${href('instances', instance.id)}>${instance.id}</a></th>
        <td role="cell" class="wide">${parametersLine(instance.parameters)}</td>
        <td role="cell">${instance.last ? html`${statusBadge(instance.last.status)} <a href=${href('executions', instance.last.id)}>${t('executionN', instance.last.id)}</a>` : '–'}</td>
        <td role="cell">${instance.last ? age(instance.last.created) : '–'}</td>
      </tr>`)}</tbody></table></div>`;
  }
}
customElements.define('reprise-job', Job);
