/** All jobs with their last executions. */
import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { get } from '../api.js';
import { about, duration, took } from '../format.js';
import { Listen } from '../live.js';
import { Pages, Tick } from '../load.js';
import { empty, skeleton } from '../parts/blank.js';
import { statusBadge, statusClass, statusIcon, statusWord } from '../parts/status.js';
import { age } from '../parts/time.js';
import { cut, shortValue } from '../parts/value.js';
import { href, replace } from '../router.js';
import { language, t } from '../text.js';
import { View } from './view.js';

class Jobs extends View {
  static properties = { query: {} };

  #typing;

  #jobs = new Pages(this, (after, signal) => get('jobs', { after, limit: 200 }, signal));

  constructor() {
    super();
    new Tick(this, 15_000);
    new Listen(this, { execution: (execution) => this.#moved(execution), reset: () => this.#jobs.reload() });
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.#typing);
  }

  /** In the address, so that whoever comes back finds it. */
  #typed(event) {
    const name = event.target.value;
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => replace(href('jobs', undefined, { name })), 200);
  }

  get heading() {
    return t('nav.jobs');
  }

  #moved(execution) {
    const job = this.#jobs.items.find(({ name }) => name === execution.job);
    if (!job) return;
    const known = job.recent.findIndex(({ id }) => id === execution.id);
    if (known >= 0) job.recent[known] = execution;
    else if (!(execution.id < job.recent[0]?.id)) job.recent = [execution, ...job.recent].slice(0, 10);
    this.requestUpdate();
  }

  render() {
    const wanted = (this.query.name ?? '').trim().toLowerCase();
    return html`<h1>${this.heading}</h1>
      ${this.#jobs.render((jobs) => {
        if (!jobs.length) return empty(t('noJobs'), t('noJobsHint'));
        const byName = new Intl.Collator(language(), { numeric: true });
        const shown = [...jobs].sort((one, other) => byName.compare(one.title ?? one.name, other.title ?? other.name)).filter((job) => `${job.name} ${job.title ?? ''}`.toLowerCase().includes(wanted));
        return html`
          <div class="filters one"><label>${t('filterByName')}<input type="search" .value=${this.query.name ?? ''} @input=${this.#typed} autocomplete="off" spellcheck="false"></label></div>
          ${shown.length ? html`<ul class="jobs">${repeat(shown, ({ name }) => name, (job) => this.#job(job))}</ul>` : empty(t('noJobMatches'))}`;
      }, skeleton(8))}`;
  }

  #job(job) {
    const last = job.recent[0];
    return html`<li class="job">
      <div class="job-name">
        <h2 title=${job.description === undefined ? nothing : cut(job.description, 300)}><a href=${href('jobs', job.name)}>${shortValue(job.title ?? job.name, 60)}</a></h2>
        ${(job.title ?? job.name) === job.name ? nothing : html`<code>${shortValue(job.name, 60)}</code>`}
        ${job.deployed ? nothing : html`<span class="tag warn">${t('notDeployed')}</span>`}
        ${job.errors ? html`<span class="tag error">${t('errors', job.errors)}</span>` : nothing}
        ${job.warnings ? html`<span class="tag warn">${t('warnings', job.warnings)}</span>` : nothing}
      </div>
      <div class="job-last">${last
        ? html`${statusBadge(last.status)}<span class="muted">${age(last.ended ?? last.started ?? last.created)}${last.ended === undefined ? nothing : html` · ${t('after', about(took(last)))}`}</span>`
        : html`<span class="muted">${t('neverRan')}</span>`}</div>
      <ol class="marks" aria-label=${t('lastExecutions')}>
        ${[...job.recent].reverse().map((execution) => html`<li><a class="s-${statusClass(execution.status)}" href=${href('executions', execution.id)} title=${t('executionIs', execution.id, statusWord(execution.status), duration(took(execution)))}
          aria-label=${t('executionIs', execution.id, statusWord(execution.status), duration(took(execution)))}>${statusIcon(execution.status)}</a></li>`)}
      </ol>
      ${job.deployed ? html`<a class="button small" href=${href('jobs', job.name, { launch: 1 })}>${t('launchAsk')}<span class="visually-hidden"> ${job.name}</span></a>` : html`<span></span>`}
    </li>`;
  }
}
customElements.define('reprise-jobs', Jobs);
