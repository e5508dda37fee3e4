/** A search over all executions. */
import { html, nothing } from 'lit';
import { get } from '../api.js';
import { Listen } from '../live.js';
import { Pages, Tick } from '../load.js';
import { empty, skeleton } from '../parts/blank.js';
import { executionsTable } from '../parts/executions-table.js';
import { statusIcon, statusWord } from '../parts/status.js';
import { shortValue } from '../parts/value.js';
import { href, replace } from '../router.js';
import { t } from '../text.js';
import { View } from './view.js';

const statuses = ['RUNNING', 'COMPLETED', 'FAILED', 'STOPPED', 'ABANDONED', 'UNKNOWN'];

class Executions extends View {
  static properties = { query: {} };

  #typing;
  /** The ids of those that came, and match what is looked for. */
  #fresh = new Set();
  /** The names that the server found for a part of them. */
  #names = {};
  #executions = new Pages(
    this,
    async (after, signal) => {
      const page = await get('executions', { ...this.#search(), after }, signal);
      this.#names = { jobs: page.jobs, nodes: page.nodes };
      return page;
    },
    { get: () => this.query.pages, set: (pages) => replace(href('executions', undefined, { ...this.query, pages })) },
  );

  constructor() {
    super();
    new Tick(this);
    new Listen(this, { execution: (execution) => this.#moved(execution), reset: () => this.#executions.reload() });
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.#typing);
  }

  willUpdate(changed) {
    const before = changed.get('query');
    if (before && filters(before) !== filters(this.query)) this.#again();
  }

  get heading() {
    return t('nav.executions');
  }

  /** The fields as the API takes them: times are UTC. */
  #search() {
    const { job, jobContains, status, node, nodeContains, since, until } = this.query;
    return { job, jobContains, status, node, nodeContains, since: utc(since), until: utc(until) };
  }

  #again() {
    this.#fresh.clear();
    this.#executions.reload();
  }

  /** Lines that are shown change where they stand; new ones are offered, so that nothing moves under the pointer. */
  #moved(execution) {
    const { items } = this.#executions;
    const known = items.findIndex(({ id }) => id === execution.id);
    if (known >= 0) items[known] = execution;
    else if (this.#matches(execution)) this.#fresh.add(execution.id);
    else this.#fresh.delete(execution.id);
    this.requestUpdate();
  }

  /** How many are newer than what is shown. */
  get #news() {
    const newest = this.#executions.items[0]?.id ?? 0;
    return [...this.#fresh].filter((id) => id > newest).length;
  }

  #matches(execution) {
    const { status, since, until } = this.query;
    const wanted = status?.split(',') ?? [];
    const { jobs, nodes } = this.#names;
    return (!jobs || jobs.includes(execution.job)) && (!nodes || nodes.includes(execution.node))
      && !until && !(since && Date.parse(execution.created) < new Date(since).getTime())
      && (!wanted.length || wanted.includes(execution.status) || (wanted.includes('RUNNING') && execution.live));
  }

  #set(fields) {
    replace(href('executions', undefined, { ...this.query, pages: undefined, ...fields }));
  }

  #typed(field) {
    return (event) => {
      clearTimeout(this.#typing);
      const text = event.target.value.trim();
      // Whoever types looks for a part of a name; a link may have asked for a whole one.
      this.#typing = setTimeout(() => this.#set({ [field.replace('Contains', '')]: undefined, [field]: text }), 400);
    };
  }

  #toggle(status) {
    const wanted = new Set(this.query.status?.split(',').filter(Boolean));
    if (!wanted.delete(status)) wanted.add(status);
    this.#set({ status: [...wanted].join(',') });
  }

  render() {
    return html`<h1>${this.heading}</h1>
      ${this.#filters()}
      <div role="status">${this.#matched('job', this.#names.jobs)}${this.#matched('node', this.#names.nodes)}</div>
      <div role="status" class="fresh">${this.#executions.read && this.#news ? html`<button @click=${this.#again}>${t('showNew', this.#news)}</button>` : nothing}</div>
      ${this.#executions.render(
        (executions) => (executions.length ? executionsTable(executions) : empty(t('noExecutions'), this.#filtered ? t('noExecutionsFiltered') : t('neverRanHint'))),
        skeleton(12),
      )}`;
  }

  get #filtered() {
    return Object.entries(this.query).some(([name, text]) => name !== 'pages' && text !== '');
  }

  /** What a name or a part of one stands for. */
  #matched(what, names) {
    if (!names) return nothing;
    const part = this.query[`${what}Contains`];
    const list = html`${names.slice(0, 10).map((name, index) => html`${index ? ', ' : ''}${shortValue(name, 40)}`)}${names.length > 10 ? html` ${t('more', names.length - 10)}` : nothing}`;
    if (part === undefined) return html`<p class="muted matched">${t(`${what}Exactly`)} ${list}</p>`;
    return html`<p class="muted matched">${names.length ? html`${t(`${what}sWith`, names.length, part)} ${list}` : t(`no${what}With`, part)}</p>`;
  }

  #filters() {
    const wanted = this.query.status?.split(',') ?? [];
    const field = (name, type = 'text') => html`<label>${t(name)}<input type=${type} name=${name} .value=${this.query[name] ?? this.query[name.replace('Contains', '')] ?? ''} @input=${this.#typed(name)} autocomplete="off" autocapitalize="none" spellcheck="false" step=${type === 'datetime-local' ? 1 : nothing}></label>`;
    return html`<form class="filters" role="search" aria-label=${t('search')} @submit=${(event) => event.preventDefault()}>
      <fieldset class="chips"><legend>${t('status')}</legend>
        ${statuses.map((status) => html`<label class="chip"><input type="checkbox" .checked=${wanted.includes(status)} @change=${() => this.#toggle(status)}>${statusIcon(status)}<span>${statusWord(status)}</span></label>`)}
      </fieldset>
      ${field('jobContains')}${field('nodeContains')}${field('since', 'datetime-local')}${field('until', 'datetime-local')}
      ${this.#filtered ? html`<p><a href="#/executions">${t('clearFilters')}</a></p>` : nothing}
    </form>`;
  }
}
customElements.define('reprise-executions', Executions);

/** What is looked for, however many pages of it are shown. */
function filters(query) {
  return JSON.stringify({ ...query, pages: undefined });
}

function utc(local) {
  const time = local ? new Date(local) : undefined;
  return time && !Number.isNaN(time.getTime()) ? time.toISOString() : undefined;
}
