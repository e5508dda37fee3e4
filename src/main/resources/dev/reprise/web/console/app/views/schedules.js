/** The schedules of all jobs: when each runs next, what became of its last tick, and which of them nobody can use. */
import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { get } from '../api.js';
import { Listen } from '../live.js';
import { Load, Tick } from '../load.js';
import { empty, skeleton } from '../parts/blank.js';
import { isBroken, lateness, scheduleFacts, scheduleTags } from '../parts/schedule.js';
import '../parts/schedule-actions.js';
import { shortValue } from '../parts/value.js';
import { href } from '../router.js';
import { may, roleFor } from '../session.js';
import { language, t } from '../text.js';
import { View } from './view.js';

/** The titles of all jobs that have one, by name. */
async function titles(signal) {
  const all = new Map();
  let after;
  do {
    const page = await get('jobs', { after, limit: 200 }, signal);
    page.items.forEach(({ name, title }) => all.set(name, title ?? name));
    after = page.next;
  } while (after !== undefined);
  return all;
}

class Schedules extends View {
  #titles;

  #schedules = new Load(this, async (signal) => {
    this.#titles ??= await titles(signal); // they change with the deployment alone
    return (await get('schedules', {}, signal)).items;
  });

  constructor() {
    super();
    // Ticks are no events.
    new Tick(this, 15_000, () => this.#schedules.soon());
    new Listen(this, {
      execution: (execution) => this.#schedules.value?.some(({ job }) => job === execution.job) && this.#schedules.soon(),
      reset: () => this.#schedules.soon(),
    });
  }

  get heading() {
    return t('nav.schedules');
  }

  #title({ job }) {
    return this.#titles.get(job) ?? job;
  }

  render() {
    return html`<h1>${this.heading}</h1>
      ${this.#schedules.render((schedules) => {
        if (!schedules.length) return empty(t('noSchedules'), html`${t('noSchedulesHint')}<br><code>{"cron": "0 3 * * 1-5", "zone": "Asia/Seoul", "parameter": "day"}</code><br>${t('noSchedulesGuide')}`);
        const count = (is) => schedules.filter(is).length;
        const byName = new Intl.Collator(language(), { numeric: true });
        const sorted = [...schedules].sort((one, other) => isBroken(other) - isBroken(one) || byName.compare(this.#title(one), this.#title(other)));
        return html`<p class="summary">${t('schedulesSummary', schedules.length, count(isBroken), count(({ pause }) => pause), count((schedule) => lateness(schedule) !== undefined))}
            ${may('pause') ? nothing : t('schedulesNeedRole', roleFor('pause'))}</p>
          <ul class="schedules">${repeat(sorted, ({ job }) => job, (schedule) => this.#schedule(schedule))}</ul>`;
      }, html`<p class="summary"> </p>${skeleton(8)}`)}`;
  }

  #schedule(schedule) {
    const title = this.#title(schedule);
    return html`<li class="schedule">
      <div class="title-row">
        <h2><a href=${href('jobs', schedule.job)}>${shortValue(title, 60)}</a></h2>
        ${title === schedule.job ? nothing : html`<code>${shortValue(schedule.job, 60)}</code>`}
        ${scheduleTags(schedule)}
        ${isBroken(schedule) ? nothing : html`<reprise-schedule-actions .schedule=${schedule} .told=${!may('pause')} .done=${() => this.#schedules.reload()}></reprise-schedule-actions>`}
      </div>
      ${scheduleFacts(schedule)}
    </li>`;
  }
}
customElements.define('reprise-schedules', Schedules);
