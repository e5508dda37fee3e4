/** The frame around every screen: navigation, settings, the state of the connection, and where the screen goes. */
import { html, nothing } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import { logIn, loggedOut, logOut } from './api.js';
import { dateTime } from './format.js';
import { Listen, live } from './live.js';
import { Part } from './parts/part.js';
import { problemBox } from './parts/problem.js';
import { skeleton } from './parts/blank.js';
import { href, parse } from './router.js';
import { loadSession, session } from './session.js';
import { language, setLanguage, t } from './text.js';
import './views/audit.js';
import './views/execution.js';
import './views/executions.js';
import './views/instance.js';
import './views/job.js';
import './views/jobs.js';
import './views/nodes.js';
import './views/now.js';
import './views/schedules.js';

const navigation = ['now', 'jobs', 'schedules', 'executions', 'nodes', 'audit'];

const screens = {
  now: () => html`<reprise-now></reprise-now>`,
  jobs: ({ argument, query }) => (argument === undefined ? html`<reprise-jobs .query=${query}></reprise-jobs>` : html`<reprise-job .job=${argument} .query=${query}></reprise-job>`),
  schedules: () => html`<reprise-schedules></reprise-schedules>`,
  instances: ({ argument }) => html`<reprise-instance .instance=${argument}></reprise-instance>`,
  executions: ({ argument, query }) =>
    argument === undefined ? html`<reprise-executions .query=${query}></reprise-executions>` : html`<reprise-execution .execution=${argument}></reprise-execution>`,
  nodes: () => html`<reprise-nodes></reprise-nodes>`,
  audit: ({ query }) => html`<reprise-audit .query=${query}></reprise-audit>`,
};

/** So long a screen may take to become as long as it was. */
const patienceMillis = 5000;

class Console extends Part {
  static properties = { route: { state: true }, problem: { state: true }, theme: { state: true } };

  #scrollTimer;
  #scrollsBack;

  constructor() {
    super();
    this.route = parse(location.hash);
    new Listen(this, { state: () => this.requestUpdate() });
  }

  connectedCallback() {
    super.connectedCallback();
    this.theme = document.documentElement.dataset.theme ?? 'system';
    addEventListener('hashchange', () => this.#routed());
    addEventListener('scroll', () => this.#scrolled(), { passive: true });
    addEventListener('reprise-logged-out', () => this.requestUpdate());
    history.scrollRestoration = 'manual'; // what a screen shows is read first
    addEventListener('reprise-language', () => this.requestUpdate());
    this.#begin();
  }

  async #begin() {
    this.problem = undefined;
    try {
      await loadSession();
      live.start();
      this.#scrollBack(history.state?.scroll);
    } catch (failure) {
      if (failure.status === undefined) throw failure;
      this.problem = failure;
    }
    this.requestUpdate();
  }

  async #routed() {
    const before = this.route.path;
    this.route = parse(location.hash);
    if (this.route.path === before) return; // only a filter
    const place = history.state?.scroll;
    await this.updateComplete;
    this.#scrollBack(place);
    // The keyboard and screen readers begin at the new screen.
    this.querySelector('main').focus({ preventScroll: true });
  }

  /** Each step of the history knows how far down somebody was. */
  #scrolled() {
    if (this.#scrollsBack) return;
    clearTimeout(this.#scrollTimer);
    const { hash } = location;
    this.#scrollTimer = setTimeout(() => {
      if (location.hash === hash && !this.#scrollsBack) history.replaceState({ ...history.state, scroll: scrollY }, '');
    }, 100);
  }

  /** As soon as the screen is long enough, or nobody waits for it any more. */
  #scrollBack(place) {
    clearTimeout(this.#scrollTimer);
    scrollTo(0, 0);
    this.#scrollsBack?.abort();
    if (!place) return;
    const abort = new AbortController();
    this.#scrollsBack = abort;
    const end = () => {
      abort.abort();
      if (this.#scrollsBack === abort) this.#scrollsBack = undefined;
    };
    for (const event of ['wheel', 'touchstart', 'keydown', 'pointerdown', 'hashchange']) addEventListener(event, end, { signal: abort.signal, passive: true });
    const until = Date.now() + patienceMillis;
    const tryIt = () => {
      if (abort.signal.aborted) return;
      scrollTo(0, place);
      if (Math.abs(scrollY - place) <= 1 || Date.now() > until) end();
      else setTimeout(tryIt, 30);
    };
    tryIt();
  }

  #setTheme(theme) {
    this.theme = theme;
    if (theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    try {
      localStorage.setItem('reprise.theme', theme);
    } catch {
      // for this page only, then
    }
  }

  render() {
    return html`
      <a class="skip-link" href="#main" @click=${this.#skip}>${t('skipToContent')}</a>
      <header class="top">
        <a class="top-brand" href="#/now"><img src="public/icon.svg" alt="" width="26" height="26"><span>Reprise</span></a>
        <nav aria-label=${t('screens')}>
          ${navigation.map((screen) => html`<a href=${href(screen)} aria-current=${this.#current(screen) ? 'page' : nothing}>${t(`nav.${screen}`)}</a>`)}
        </nav>
        ${this.#settings()}
      </header>
      <div class="connection" role="status">${loggedOut.since
        ? html`<p>${t('loggedOut', session.me?.user ?? '', dateTime(loggedOut.since))} <button @click=${logIn}>${t('logIn')}</button></p>`
        : live.state === 'lost' ? html`<p>${t('connectionLost')}</p>` : nothing}</div>
      <main id="main" tabindex="-1">
        ${this.problem ? problemBox(this.problem, () => this.#begin()) : session.me ? keyed(`${this.route.path} ${language()}`, this.#screen()) : skeleton(6)}
      </main>`;
  }

  #skip(event) {
    event.preventDefault(); // the address after the # is the screen's
    this.querySelector('main').focus();
  }

  #current(screen) {
    return screen === this.route.screen || (screen === 'executions' && this.route.screen === 'instances');
  }

  #screen() {
    return Object.hasOwn(screens, this.route.screen)
      ? screens[this.route.screen](this.route)
      : html`<h1>${t('noSuchScreen')}</h1><p><a href="#/now">${t('nav.now')}</a></p>`;
  }

  #settings() {
    const user = session.me?.user;
    return html`<button class="settings-button" popovertarget="settings" aria-label=${user ? t('settingsOf', user) : t('settings')}>
        <svg viewBox="0 0 16 16" aria-hidden="true"><circle cx="8" cy="5" r="3" /><path d="M2 15c0-7 12-7 12 0z"/></svg><bdi>${user ?? ''}</bdi>
      </button>
      <div id="settings" class="settings" popover aria-label=${t('settings')} role="group">
        ${session.me
          ? html`<p><strong><bdi>${user}</bdi></strong><br><span class="muted">${session.me.roles.map((role) => t(`role.${role}`)).join(', ') || t('noRole')}</span></p>`
          : nothing}
        <label>${t('language')}
          <select @change=${(event) => setLanguage(event.target.value)}>
            <option value="en" lang="en" ?selected=${language() === 'en'}>English</option>
            <option value="ko" lang="ko" ?selected=${language() === 'ko'}>한국어</option>
          </select></label>
        <label>${t('theme')}
          <select @change=${(event) => this.#setTheme(event.target.value)}>
            ${['system', 'light', 'dark'].map((theme) => html`<option value=${theme} ?selected=${this.theme === theme}>${t(`theme.${theme}`)}</option>`)}
          </select></label>
        <button @click=${logOut}>${t('logOut')}</button>
        ${session.me ? html`<p class="muted small-print"><bdi>${session.me.application}</bdi> · Reprise <bdi>${session.me.version}</bdi>${session.me.node ? html` · ${t('node')} <bdi>${session.me.node}</bdi>` : nothing}</p>` : nothing}
      </div>`;
  }
}

customElements.define('reprise-console', Console);
