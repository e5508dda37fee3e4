/** The schedule of a job, if it has one, and what became of its ticks. */
import { html, nothing } from 'lit';
import { get, segment } from '../api.js';
import { Listen } from '../live.js';
import { Load, Tick } from '../load.js';
import { href } from '../router.js';
import { t } from '../text.js';
import { Part } from './part.js';
import { isBroken, nominalText, scheduleFacts, scheduleTags } from './schedule.js';
import './schedule-actions.js';
import { statusBadge } from './status.js';
import { value } from './value.js';

/** How many ticks are listed, and how many more each time. */
const listed = 10;

class JobSchedule extends Part {
  static properties = { job: {}, open: { state: true } };

  #most = listed;
  #schedule = new Load(this, (signal) => this.#read(signal));

  constructor() {
    super();
    new Tick(this, 15_000, () => this.#schedule.value && this.#schedule.soon());
    new Listen(this, {
      execution: (execution) => execution.job === this.job && this.#schedule.value && this.#schedule.soon(),
      reset: () => this.#schedule.soon(),
    });
  }

  /** @returns null if it has none */
  async #read(signal) {
    const address = `schedules/${segment(this.job)}`;
    try {
      const schedule = await get(address, {}, signal);
      return { schedule, ticks: await get(`${address}/ticks`, { limit: this.#most }, signal) };
    } catch (failure) {
      if (failure.status === 404) return null;
      throw failure;
    }
  }

  render() {
    return this.#schedule.render((known) => (known ? this.#card(known) : nothing), nothing);
  }

  #card({ schedule, ticks }) {
    return html`<section class="card" aria-labelledby="job-schedule">
      <div class="title-row"><h2 id="job-schedule">${t('schedule')}</h2> ${scheduleTags(schedule)}
        ${isBroken(schedule) ? nothing : html`<reprise-schedule-actions .schedule=${schedule} .backfills=${true} .done=${(what) => this.#changed(what)}></reprise-schedule-actions>`}
      </div>
      ${scheduleFacts(schedule, ticks.items)}
      ${ticks.items.length ? this.#ticks(ticks) : nothing}
    </section>`;
  }

  /** What a backfill does is seen in its ticks. */
  #changed(what) {
    if (what === 'backfill') this.open = true;
    this.#schedule.reload();
  }

  #ticks({ items, next }) {
    return html`<details class="ticks" ?open=${this.open}><summary>${t('whatBecameOfTicks')}</summary>
      <div class="table-scroll" tabindex="0" role="group" aria-label=${t('whatBecameOfTicks')}><table class="rows stack" role="table">
        <caption class="visually-hidden">${t('whatBecameOfTicks')}</caption>
        <thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">${t('tick')}</th><th scope="col" role="columnheader">${t('status')}</th><th scope="col" role="columnheader">${t('execution')}</th><th scope="col" role="columnheader">${t('details')}</th></tr></thead>
        <tbody role="rowgroup">${items.map((tick) => html`<tr role="row">
          <th scope="row" role="rowheader" class="one-line">${nominalText(tick.nominal)}</th>
          <td role="cell">${statusBadge(tick.state)}</td>
          <td role="cell" data-label=${t('execution')}>${tick.execution === undefined ? '–' : html`<a href=${href('executions', tick.execution)}>${tick.execution}</a>`}</td>
          <td role="cell" class="wide">${tick.why === undefined ? nothing : value(tick.why)}</td>
        </tr>`)}</tbody></table></div>
      ${next === undefined || this.#most >= 200 ? nothing : html`<p class="older"><button @click=${this.#older}>${t('older')}</button></p>`}
    </details>`;
  }

  #older() {
    this.#most = Math.min(200, this.#most * 5);
    this.#schedule.reload();
  }
}
customElements.define('reprise-job-schedule', JobSchedule);
