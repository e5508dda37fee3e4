/** A job instance: what identifies it, all its executions on one time line, and what a restart would do. */
import { html, nothing } from 'lit';
import { get } from '../api.js';
import { Listen } from '../live.js';
import { Load, Tick } from '../load.js';
import '../parts/actions.js';
import { skeleton } from '../parts/blank.js';
import { decisionBox } from '../parts/decision.js';
import { executionsTable } from '../parts/executions-table.js';
import '../parts/timeline.js';
import { statusWord } from '../parts/status.js';
import { subjectHeading } from '../parts/subject.js';
import { parametersText, shortValue, value } from '../parts/value.js';
import { href } from '../router.js';
import { t } from '../text.js';
import { View } from './view.js';

class Instance extends View {
  static properties = { instance: {} };

  #instance = new Load(this, async (signal) => {
    const instance = await get(`instances/${this.instance}`, {}, signal);
    const [last] = instance.executions;
    // What can be done is known of an execution, and so are the parameters that a restart may change.
    const detail = last && !last.live ? await get(`executions/${last.id}`, {}, signal) : undefined;
    return { ...instance, detail };
  });

  constructor() {
    super();
    new Tick(this, 2000);
    new Listen(this, {
      execution: (execution) => String(execution.instanceId) === this.instance && this.#instance.soon(),
      reset: () => this.#instance.soon(),
    });
  }

  get heading() {
    const { value: instance } = this.#instance;
    const last = instance?.executions[0];
    return instance
      ? [last && statusWord(last.status), instance.job, parametersText(instance.parameters), t('instanceN', this.instance)].filter(Boolean).join(' · ')
      : t('instanceN', this.instance);
  }

  render() {
    return html`${this.#instance.value ? nothing : html`<h1>${this.heading}</h1>`}${this.#instance.render((instance) => html`
      <p class="crumbs"><a href="#/jobs">${t('nav.jobs')}</a> › <a href=${href('jobs', instance.job)}>${shortValue(instance.job, 60)}</a> › ${t('instanceN', this.instance)}</p>
      <div class="title-row">
        ${subjectHeading(instance.job, instance.parameters, instance.executions[0]?.status)}
        ${instance.detail
          ? html`<reprise-actions .execution=${instance.detail} .actions=${{ ...instance.detail.actions, stop: false }} .decision=${instance.launch} .parameters=${instance.detail.allParameters} .done=${() => this.#instance.soon()}></reprise-actions>`
          : nothing}
      </div>
      <p class="summary">${t('instanceWhat')}</p>
      <div class="columns">
        <section class="card" aria-labelledby="instance-parameters"><h2 id="instance-parameters">${t('identifyingParameters')}</h2>
          ${Object.keys(instance.parameters).length
            ? html`<dl class="pairs">${Object.entries(instance.parameters).map(([name, text]) => html`<div><dt><bdi>${name}</bdi></dt><dd>${value(text)}</dd></div>`)}</dl>`
            : html`<p class="muted">${t('noParametersWhy')}</p>`}
        </section>
        <section class="card" aria-labelledby="instance-launch"><h2 id="instance-launch">${t('ifLaunchedNow')}</h2>
          ${instance.launch ? decisionBox(instance.launch) : html`<p class="muted">${instance.application === undefined ? t('unknownDecision') : t('decidesElsewhere', instance.application)}</p>`}
        </section>
      </div>
      <section class="card" aria-labelledby="instance-timeline"><h2 id="instance-timeline">${t('timeline')}</h2>
        <reprise-timeline .executions=${instance.executions}></reprise-timeline>
      </section>
      <section class="card" aria-labelledby="instance-executions"><h2 id="instance-executions">${t('executions')}</h2>
        ${executionsTable(instance.executions, { showJob: false })}
      </section>`,
      skeleton(10))}`;
  }
}
customElements.define('reprise-instance', Instance);
