/** What runs, what needs a person, and the nodes. Live. */
import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { get } from '../api.js';
import { duration, took } from '../format.js';
import { Listen, live } from '../live.js';
import { Load, Tick } from '../load.js';
import { attemptsOf } from '../parts/attempts.js';
import { empty, skeleton } from '../parts/blank.js';
import { nodeCards } from '../parts/nodes.js';
import { progressBar } from '../parts/progress-bar.js';
import { statusBadge, statusIcon } from '../parts/status.js';
import { age } from '../parts/time.js';
import { parametersLine, shortValue, value } from '../parts/value.js';
import { href } from '../router.js';
import { t } from '../text.js';
import { View } from './view.js';

const attentionIcons = { failed: 'FAILED', stopped: 'STOPPED', recovered: 'STARTED', unknown: 'UNKNOWN', refused: 'ABANDONED' };

class Now extends View {
  #now = new Load(this, async (signal) => {
    const now = await get('now', {}, signal);
    now.running.forEach((execution) => live.measure(execution));
    now.readAt = Date.now();
    return now;
  });

  constructor() {
    super();
    new Tick(this);
    // Heartbeats are no events: each would be one for every node and page.
    new Tick(this, 10_000, () => this.#now.soon());
    new Listen(this, {
      execution: (execution) => this.#moved(execution),
      nodes: () => this.#now.soon(),
      reset: () => this.#now.soon(),
    });
  }

  get heading() {
    return t('nav.now');
  }

  /** Progress is shown at once; that something came or went changes more than its own line. */
  #moved(execution) {
    const { value: now } = this.#now;
    const known = now?.running.findIndex(({ id }) => id === execution.id) ?? -1;
    if (known < 0 || !execution.live) this.#now.soon();
    else {
      now.running[known] = execution;
      this.requestUpdate();
    }
  }

  render() {
    return html`<h1>${this.heading}</h1>
      ${this.#now.render(
        (now) => html`
          <p class="summary">${t('nowSummary', now.running.length, now.attention.length, now.nodes.filter((node) => node.alive).length, now.nodes.length)}</p>
          <section aria-labelledby="now-running"><h2 id="now-running">${t('running')}</h2>
            ${now.running.length
              ? html`<div class="cards">${repeat(now.running, ({ id }) => id, (execution) => this.#running(execution))}</div>`
              : empty(t('nothingRuns'), html`<a href="#/jobs">${t('launchSomething')}</a>`)}
          </section>
          <section aria-labelledby="now-attention"><h2 id="now-attention">${t('attention')}</h2>
            ${now.attention.length ? html`<ul class="attention">${now.attention.map((item) => this.#attention(item))}</ul>` : empty(t('nothingNeedsYou'))}
          </section>
          <section aria-labelledby="now-nodes"><h2 id="now-nodes">${t('nav.nodes')}</h2>${nodeCards(now.nodes, now.readAt)}</section>`,
        html`<p class="summary"> </p>${skeleton(8)}`,
      )}`;
  }

  #running(execution) {
    return html`<article class="card running-card" aria-label=${t('executionOf', execution.id, execution.job)}>
      <header>
        <h3><a href=${href('executions', execution.id)}>${shortValue(execution.job, 50)}</a></h3>
        ${statusBadge(execution.status)}
      </header>
      <p>${parametersLine(execution.parameters, 3)}</p>
      ${progressBar(execution)}
      <footer>
        <span>${t('executionN', execution.id)}</span>
        <span>${t('runsFor', duration(took(execution)))}</span>
        ${execution.application === undefined ? nothing : html`<span>${t('application')} ${shortValue(execution.application, 24)}</span>`}
        ${execution.waiting ? html`<span>${t('waitsForNode')}</span>` : nothing}
        ${execution.node === undefined ? nothing : html`<span>${t('onNode')} ${shortValue(execution.node, 24)}</span>`}
        ${execution.submitter === undefined ? nothing : html`<span>${t('by')} ${shortValue(execution.submitter, 24)}</span>`}
        ${execution.recoveries ? html`<span>${t('recoveredTimes', execution.recoveries)}</span>` : nothing}
      </footer>
    </article>`;
  }

  #attention({ kind, message, execution, times, job }) {
    const target = execution ? href('executions', execution.id) : href('jobs', job ?? '');
    return html`<li class="attention-item ${kind}">
      ${statusIcon(attentionIcons[kind])}
      <div>
        <p><strong>${t(`attention.${kind}`, times)}</strong> · <a href=${target}>${shortValue(execution?.job ?? job ?? '', 50)}</a>
          ${execution ? html`<span class="muted">${t('executionN', execution.id)}, ${age(execution.ended ?? execution.created)}${execution.application === undefined ? nothing : html`, ${t('application')} ${shortValue(execution.application, 24)}`}</span>` : nothing}</p>
        ${execution && Object.keys(execution.parameters).length ? html`<p>${parametersLine(execution.parameters, 3)}</p>` : nothing}
        <p class="muted">${value(message)}</p>
        ${execution && attemptsOf(execution) !== undefined ? html`<p class="muted">${attemptsOf(execution)}</p>` : nothing}
      </div>
      <a class="button" href=${target}>${kind === 'refused' ? t('lookAtJob') : t('look')}<span class="visually-hidden"> ${execution ? t('executionN', execution.id) : job}</span></a>
    </li>`;
  }
}
customElements.define('reprise-now', Now);
