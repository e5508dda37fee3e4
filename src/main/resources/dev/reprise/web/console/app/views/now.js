/** What runs, what needs a person, and the nodes. Live. */
import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { get, post, remove } from '../api.js';
import { dateTime, duration, localInput, number, took } from '../format.js';
import { Listen, live } from '../live.js';
import { Load, Tick } from '../load.js';
import { attemptsOf } from '../parts/attempts.js';
import { actionButton } from '../parts/action-button.js';
import { empty, skeleton } from '../parts/blank.js';
import '../parts/dialog.js';
import { nodeCards } from '../parts/nodes.js';
import { progressBar } from '../parts/progress-bar.js';
import { statusBadge, statusIcon } from '../parts/status.js';
import { age } from '../parts/time.js';
import { failure, parametersLine, shortValue, value } from '../parts/value.js';
import { href } from '../router.js';
import { t } from '../text.js';
import { View } from './view.js';

const attentionIcons = { failed: 'FAILED', stopped: 'STOPPED', recovered: 'STARTED', unknown: 'UNKNOWN', refused: 'ABANDONED', completed: 'COMPLETED', broken: 'FAILED', schedule: 'FAILED', missed: 'ABANDONED', unlaunched: 'ABANDONED' };

/** The statuses that a list of such executions is filtered by. */
const statuses = { failed: 'FAILED', stopped: 'STOPPED', unknown: 'UNKNOWN', completed: 'COMPLETED', recovered: 'RUNNING' };

const dayMillis = 86_400_000;

class Now extends View {
  static properties = { acknowledging: { state: true } };

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
          <p class="summary">${t('nowSummary', now.running.length, now.attentionNew, now.nodes.filter((node) => node.alive).length, now.nodes.length)}</p>
          <section aria-labelledby="now-running"><h2 id="now-running">${t('running')}</h2>
            ${now.running.length
              ? html`<div class="cards">${repeat(now.running, ({ id }) => id, (execution) => this.#running(execution))}</div>`
              : empty(t('nothingRuns'), html`<a href="#/jobs">${t('launchSomething')}</a>`)}
          </section>
          <section aria-labelledby="now-attention"><h2 id="now-attention">${t('attention')}</h2>
            ${this.#matters(now)}
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

  #matters(now) {
    const known = now.attention.filter(({ acknowledged }) => acknowledged);
    const news = now.attention.filter(({ acknowledged }) => !acknowledged);
    const list = (matters) => html`<ul class="attention">${repeat(matters, ({ key }) => key, (matter) => this.#attention(matter))}</ul>`;
    return html`
      ${news.length ? list(news) : empty(t('nothingNeedsYou'))}
      ${now.attentionNew > news.length ? html`<p class="muted more-attention">${t('attentionShown', news.length, now.attentionNew)}</p>` : nothing}
      ${now.attentionWhole ? nothing : html`<p class="muted more-attention">${t('attentionNotWhole')} <a href=${href('executions', undefined, { status: 'FAILED,STOPPED,UNKNOWN' })}>${t('allThatDidNotComplete')}</a></p>`}
      ${known.length ? html`<details class="acknowledged"><summary>${t('acknowledgedN', known.length)}</summary>${list(known)}</details>` : nothing}
      <reprise-dialog data-dialog="acknowledge" .title=${t('acknowledgeTitle')} .confirm=${t('acknowledge')} .content=${() => this.#asks()}
        .action=${async (form) => {
          await post(`attention/${this.acknowledging.key}/acknowledgement`, { note: form.get('note'), until: new Date(form.get('until')).toISOString() });
          this.#now.reload();
        }}></reprise-dialog>`;
  }

  /** What the dialog asks: until the next morning, unless somebody says otherwise. */
  #asks() {
    const matter = this.acknowledging;
    if (!matter) return nothing;
    const morning = new Date(Date.now() + dayMillis);
    morning.setHours(8, 0, 0, 0);
    return html`<p><strong><bdi>${matter.job}</bdi></strong>: ${failure(matter.message)}</p>
      <p>${t('acknowledgeWhat')}</p>
      <label class="field">${t('untilWhen')}<input type="datetime-local" name="until" required value=${localInput(morning)} min=${localInput(new Date())} max=${localInput(new Date(Date.now() + 365 * dayMillis))}></label>
      <label class="field">${t('note')}<textarea name="note" rows="3" maxlength="1000" dir="auto"></textarea></label>`;
  }

  async #acknowledge(matter) {
    this.acknowledging = matter;
    await this.updateComplete;
    this.querySelector('[data-dialog=acknowledge]').open();
  }

  async #remind(matter) {
    try {
      await remove(`attention/${matter.key}/acknowledgement`);
    } finally {
      this.#now.reload();
    }
  }

  #attention(matter) {
    const { kind, message, execution, times, job, count, executions, exitStatus, acknowledged, application } = matter;
    const one = count === 1 && execution ? href('executions', execution.id) : undefined;
    const all = one ?? (statuses[kind] ? href('executions', undefined, { job, status: statuses[kind] }) : href('jobs', job ?? ''));
    return html`<li class="attention-item ${kind}">
      ${statusIcon(attentionIcons[kind])}
      <div>
        <p><a href=${href('jobs', job ?? '')}>${shortValue(job ?? '', 50)}</a>: <strong>${t(`attention.${kind}`, kind === 'refused' ? times : count)}</strong>
          ${exitStatus === undefined ? nothing : html` <span class="tag warn">${shortValue(exitStatus, 40)}</span>`}
          ${execution ? html`<span class="muted">${count === 1 ? t('executionN', execution.id) : t('newestIs', execution.id)}, ${age(execution.ended ?? execution.created)}${application === undefined ? nothing : html`, ${t('application')} ${shortValue(application, 24)}`}</span>` : nothing}</p>
        ${kind === 'completed' || kind === 'recovered' ? html`<p class="muted">${t(`attentionWhat.${kind}`)}</p>` : html`<p class="attention-cause">${failure(message)}</p>`}
        ${count === 1 && execution && Object.keys(execution.parameters).length ? html`<p>${parametersLine(execution.parameters, 3)}</p>` : nothing}
        ${count === 1 && execution && attemptsOf(execution) !== undefined ? html`<p class="muted">${attemptsOf(execution)}</p>` : nothing}
        ${count > 1 && executions.length ? html`<details><summary>${t(kind === 'refused' ? 'refusedBecauseOf' : 'newestOf', executions.length, count)}</summary><p class="ids">${executions.map((id) => html`<a href=${href('executions', id)}>${id}</a> `)}</p></details>` : nothing}
        ${acknowledged ? html`<p class="muted">${t('acknowledgedBy', acknowledged.user, dateTime(acknowledged.at), dateTime(acknowledged.until))}${acknowledged.note === undefined ? nothing : html`: ${value(acknowledged.note)}`}</p>` : nothing}
      </div>
      <div class="attention-acts">
        <a class="button" href=${all}>${one === undefined && !statuses[kind] ? t('lookAtJob') : count > 1 ? t('lookAtAll', number(count)) : t('look')}<span class="visually-hidden"> ${job}</span></a>
        ${acknowledged
          ? actionButton('acknowledge', html`${t('remindAgain')}<span class="visually-hidden"> ${job}</span>`, { onClick: () => this.#remind(matter) })
          : actionButton('acknowledge', html`${t('acknowledgeAsk')}<span class="visually-hidden"> ${job}</span>`, { onClick: () => this.#acknowledge(matter) })}
      </div>
    </li>`;
  }
}
customElements.define('reprise-now', Now);
