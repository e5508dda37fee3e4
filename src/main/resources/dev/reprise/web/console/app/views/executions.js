/** A search over all executions. */
import { html, nothing } from 'lit';
import { get } from '../api.js';
import { Listen } from '../live.js';
import { Pages, Tick } from '../load.js';
import { empty, skeleton } from '../parts/blank.js';
import { executionsTable } from '../parts/executions-table.js';
import { statusIcon, statusWord } from '../parts/status.js';
import { href, replace } from '../router.js';
import { t } from '../text.js';
import { View } from './view.js';

const statuses = ['RUNNING', 'COMPLETED', 'FAILED', 'STOPPED', 'ABANDONED', 'UNKNOWN'];

class Executions extends View {
  static properties = { query: {}, fresh: { state: true } };

  #typing;
  #executions = new Pages(this, (after, signal) => get('executions', { ...this.#search(), after }, signal));

  constructor() {
    super();
    this.fresh = 0;
    new Tick(this);
    new Listen(this, { execution: (execution) => this.#moved(execution), reset: () => this.#executions.reload() });
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.#typing);
  }

  willUpdate(changed) {
    const before = changed.get('query');
    if (before && JSON.stringify(before) !== JSON.stringify(this.query)) this.#again();
  }

  get heading() {
    return t('nav.executions');
  }

  /** The fields as the API takes them: times are UTC. */
  #search() {
    const { job, status, node, since, until } = this.query;
    return { job, status, node, since: utc(since), until: utc(until) };
  }

  #again() {
    this.fresh = 0;
    this.#executions.reload();
  }

  /** Lines that are shown change where they stand; new ones are offered, so that nothing moves under the pointer. */
  #moved(execution) {
    const { items } = this.#executions;
    const known = items.findIndex(({ id }) => id === execution.id);
    if (known >= 0) {
      items[known] = execution;
      this.requestUpdate();
    } else if ((!items.length || execution.id > items[0].id) && execution.id > this.#newest && this.#matches(execution)) {
      this.#newest = execution.id;
      this.fresh++;
    }
  }

  #newest = 0;

  #matches(execution) {
    const { job, status, node, until } = this.query;
    const wanted = status?.split(',') ?? [];
    return (!job || job === execution.job) && (!node || node === execution.node) && !until
      && (!wanted.length || wanted.includes(execution.status) || (wanted.includes('RUNNING') && execution.live));
  }

  #set(field, text) {
    replace(href('executions', undefined, { ...this.query, [field]: text }));
  }

  #typed(field) {
    return (event) => {
      clearTimeout(this.#typing);
      const text = event.target.value.trim();
      this.#typing = setTimeout(() => this.#set(field, text), 400);
    };
  }

  #toggle(status) {
    const wanted = new Set(this.query.status?.split(',').filter(Boolean));
    if (!wanted.delete(status)) wanted.add(status);
    this.#set('status', [...wanted].join(','));
  }

  render() {
    return html`<h1>${this.heading}</h1>
      ${this.#filters()}
      <div role="status" class="fresh">${this.fresh ? html`<button @click=${this.#again}>${t('showNew', this.fresh)}</button>` : nothing}</div>
      ${this.#executions.render(
        (executions) => (executions.length ? executionsTable(executions) : empty(t('noExecutions'), this.#filtered ? t('noExecutionsFiltered') : t('neverRanHint'))),
        skeleton(12),
      )}`;
  }

  get #filtered() {
    return Object.values(this.query).some((text) => text !== '');
  }

  #filters() {
    const wanted = this.query.status?.split(',') ?? [];
    const field = (name, type = 'text') => html`<label>${t(name)}<input type=${type} name=${name} .value=${this.query[name] ?? ''} @input=${this.#typed(name)} autocomplete="off" autocapitalize="none" spellcheck="false" step=${type === 'datetime-local' ? 1 : nothing}></label>`;
    return html`<form class="filters" role="search" aria-label=${t('search')} @submit=${(event) => event.preventDefault()}>
      <fieldset class="chips"><legend>${t('status')}</legend>
        ${statuses.map((status) => html`<label class="chip"><input type="checkbox" .checked=${wanted.includes(status)} @change=${() => this.#toggle(status)}>${statusIcon(status)}<span>${statusWord(status)}</span></label>`)}
      </fieldset>
      ${field('job')}${field('node')}${field('since', 'datetime-local')}${field('until', 'datetime-local')}
      ${this.#filtered ? html`<p><a href="#/executions">${t('clearFilters')}</a></p>` : nothing}
    </form>`;
  }
}
customElements.define('reprise-executions', Executions);

function utc(local) {
  const time = local ? new Date(local) : undefined;
  return time && !Number.isNaN(time.getTime()) ? time.toISOString() : undefined;
}
