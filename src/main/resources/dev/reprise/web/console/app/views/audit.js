/** Who did what. */
import { html, nothing } from 'lit';
import { get, post } from '../api.js';
import { Load, Pages } from '../load.js';
import { actionButton } from '../parts/action-button.js';
import { empty, skeleton } from '../parts/blank.js';
import { statusIcon } from '../parts/status.js';
import { moment } from '../parts/time.js';
import { shortValue, value } from '../parts/value.js';
import { href, replace } from '../router.js';
import { may, roleFor } from '../session.js';
import { t } from '../text.js';
import { View } from './view.js';

const icons = { done: 'COMPLETED', refused: 'STOPPED', denied: 'ABANDONED', failed: 'FAILED' };

class Audit extends View {
  static properties = { query: {} };

  #typing;
  #entries = new Pages(this, async (after, signal) =>
    may('audit') ? get('audit', { user: this.query.user, execution: this.query.execution, after }, signal) : { items: [] }, {
    get: () => this.query.pages,
    set: (pages) => replace(href('audit', undefined, { ...this.query, pages })),
  });

  #waiting = new Load(this, async (signal) => (may('lift') ? get('refused-logins', {}, signal) : { items: [] }));

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.#typing);
  }

  willUpdate(changed) {
    const before = changed.get('query');
    if (before && JSON.stringify({ ...before, pages: 0 }) !== JSON.stringify({ ...this.query, pages: 0 })) this.#entries.reload();
  }

  get heading() {
    return t('nav.audit');
  }

  #typed(field) {
    return (event) => {
      clearTimeout(this.#typing);
      const text = event.target.value.trim();
      this.#typing = setTimeout(() => replace(href('audit', undefined, { ...this.query, pages: undefined, [field]: text })), 400);
    };
  }

  render() {
    return html`<h1>${this.heading}</h1>
      <p class="summary">${t('auditWhat')}</p>
      ${this.#waiting.render((logins) => (logins.items.length ? this.#logins(logins.items) : nothing), nothing)}
      ${may('audit') ? this.#list() : html`<div class="notice quiet"><p>${t('needsRole', roleFor('audit'))}</p></div>`}`;
  }

  async #lift(login) {
    try {
      await post('refused-logins/lift', { user: login.user, address: login.address });
    } finally {
      this.#waiting.reload();
      this.#entries.reload();
    }
  }

  #logins(logins) {
    return html`<section><h2>${t('refusedLogins')}</h2>
      <p class="summary">${t('refusedLoginsWhat')}</p>
      <div class="table-scroll" tabindex="0" role="group" aria-label=${t('refusedLogins')}><table class="rows stack" role="table">
      <caption class="visually-hidden">${t('refusedLogins')}</caption>
      <thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">${t('user')}</th><th scope="col" role="columnheader">${t('from')}</th><th scope="col" role="columnheader">${t('wrongPasswords')}</th><th scope="col" role="columnheader">${t('nextTry')}</th><th scope="col" role="columnheader">${t('action')}</th></tr></thead>
      <tbody role="rowgroup">${logins.map((login) => html`<tr role="row">
        <th scope="row" role="rowheader">${login.user === undefined ? t('anyUser') : shortValue(login.user, 40)}</th>
        <td role="cell" data-label=${t('from')}>${shortValue(login.address, 45)}</td>
        <td role="cell" data-label=${t('wrongPasswords')}>${login.failures}</td>
        <td role="cell" data-label=${t('nextTry')}>${login.waitSeconds ? t('nextTryIn', login.waitSeconds) : t('nextTryNow')}</td>
        <td role="cell">${actionButton('lift', t('lift'), { onClick: () => this.#lift(login) })}</td>
      </tr>`)}</tbody></table></div></section>`;
  }

  #list() {
    return html`<form class="filters" role="search" aria-label=${t('search')} @submit=${(event) => event.preventDefault()}>
        <label>${t('user')}<input name="user" .value=${this.query.user ?? ''} @input=${this.#typed('user')} autocomplete="off" autocapitalize="none" spellcheck="false"></label>
        <label>${t('execution')}<input name="execution" inputmode="numeric" pattern="[0-9]*" .value=${this.query.execution ?? ''} @input=${this.#typed('execution')} autocomplete="off"></label>
      </form>
      ${this.#entries.render((entries) => (entries.length ? this.#table(entries) : empty(t('noAudit'))), skeleton(8))}`;
  }

  #table(entries) {
    return html`<div class="table-scroll" tabindex="0" role="group" aria-label=${this.heading}><table class="rows stack" role="table">
      <caption class="visually-hidden">${this.heading}</caption>
      <thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">${t('when')}</th><th scope="col" role="columnheader">${t('user')}</th><th scope="col" role="columnheader">${t('from')}</th><th scope="col" role="columnheader">${t('action')}</th><th scope="col" role="columnheader">${t('onWhat')}</th><th scope="col" role="columnheader">${t('outcome')}</th><th scope="col" role="columnheader">${t('details')}</th></tr></thead>
      <tbody role="rowgroup">${entries.map((entry) => html`<tr role="row">
        <td role="cell">${moment(entry.at)}</td>
        <th scope="row" role="rowheader">${shortValue(entry.user, 40)}</th>
        <td role="cell" class=${(entry.address?.length ?? 0) < 40 ? 'one-line' : ''} data-label=${t('from')}>${entry.address === undefined ? '–' : shortValue(entry.address, 45)}</td>
        <td role="cell">${t(`action.${entry.action}`)}</td>
        <td role="cell" class=${(entry.job?.length ?? 0) < 32 ? 'one-line' : ''}>${entry.job === undefined ? nothing : html`<a href=${href('jobs', entry.job)}>${shortValue(entry.job, 40)}</a> `}${entry.executionId === undefined ? nothing : html`<a href=${href('executions', entry.executionId)}>${t('executionN', entry.executionId)}</a>`}</td>
        <td role="cell"><span class="outcome">${statusIcon(icons[entry.outcome])} ${t(`outcome.${entry.outcome}`)}</span></td>
        <td role="cell" class="wide">${entry.detail === undefined ? nothing : value(entry.detail)}</td>
      </tr>`)}</tbody></table></div>`;
  }
}
customElements.define('reprise-audit', Audit);
