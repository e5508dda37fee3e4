/** Controllers of views: what is read from the API, and the time that passes. */
import { html, nothing } from 'lit';
import { problemBox } from './parts/problem.js';
import { t } from './text.js';

/** Something that a view shows: read when the view appears, and again when asked. What was read stays until then. */
export class Load {
  value;
  problem;
  #host;
  #read;
  #abort;
  #reading = false;
  #again = false;
  #timer;
  #pauseMillis;

  constructor(host, read, { pauseMillis = 1000 } = {}) {
    this.#host = host;
    this.#read = read;
    this.#pauseMillis = pauseMillis;
    host.addController(this);
  }

  hostConnected() {
    this.reload();
  }

  hostDisconnected() {
    this.#abort?.abort();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Reads now, instead of whatever is being read. */
  async reload() {
    this.#abort?.abort();
    const abort = new AbortController();
    this.#abort = abort;
    this.#reading = true;
    try {
      const value = await this.#read(abort.signal);
      if (abort.signal.aborted) return;
      this.value = value;
      this.problem = undefined;
    } catch (failure) {
      if (abort.signal.aborted) return;
      if (failure.status === undefined) throw failure; // ours, not the server's
      this.problem = failure;
    } finally {
      if (this.#abort === abort) this.#reading = false;
    }
    this.#host.requestUpdate();
    if (this.#again) {
      this.#again = false;
      this.soon();
    }
  }

  /** Reads soon, once for any number of calls, and never faster than one answer after the other. */
  soon() {
    if (this.#reading) this.#again = true;
    else this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.reload();
    }, this.#pauseMillis);
  }

  /** Forgets what was read, for another question. */
  restart() {
    this.value = undefined;
    this.problem = undefined;
    this.#host.requestUpdate();
    this.reload();
  }

  render(ready, skeleton) {
    if (this.value !== undefined) {
      return html`${this.problem ? html`<p class="stale" role="status">${t('stale')} <bdi>${this.problem.detail}</bdi></p>` : nothing}${ready(this.value)}`;
    }
    return this.problem ? problemBox(this.problem, () => this.restart()) : skeleton;
  }
}

/** So many pages are read at once for somebody who comes back. */
const mostPages = 20;

/** A list that is read page by page: `items` grows with each `older()`. */
export class Pages {
  items = [];
  next;
  problem;
  reading = false;
  read = false;
  #host;
  #fetch;
  #shown;
  #abort;

  /**
   * @param shown how many pages are: `get()` reads it from the address, so that whoever comes back finds them, and `set(count)`
   *   writes it there
   */
  constructor(host, fetch, shown) {
    this.#host = host;
    this.#fetch = fetch;
    this.#shown = shown;
    host.addController(this);
  }

  hostConnected() {
    this.reload();
  }

  hostDisconnected() {
    this.#abort?.abort();
  }

  reload() {
    return this.#pages(undefined, Math.min(mostPages, Number(this.#shown?.get()) || 1));
  }

  async older() {
    if (this.reading) return;
    const shown = Number(this.#shown?.get()) || 1;
    if (await this.#pages(this.next, 1)) this.#shown?.set(shown + 1);
  }

  async #pages(after, count) {
    this.#abort?.abort();
    const abort = new AbortController();
    this.#abort = abort;
    this.reading = true;
    this.#host.requestUpdate();
    try {
      let items = after === undefined ? [] : this.items;
      let next = after;
      for (let left = count; left > 0; left--) {
        const page = await this.#fetch(next, abort.signal);
        if (abort.signal.aborted) return false;
        items = [...items, ...page.items];
        next = page.next;
        if (next === undefined) break;
      }
      this.items = items;
      this.next = next;
      this.problem = undefined;
      this.read = true;
    } catch (failure) {
      if (abort.signal.aborted) return false;
      if (failure.status === undefined) throw failure;
      this.problem = failure;
    }
    this.reading = false;
    this.#host.requestUpdate();
    return this.problem === undefined;
  }

  render(ready, skeleton) {
    if (!this.read) return this.problem ? problemBox(this.problem, () => this.reload()) : skeleton;
    return html`
      ${ready(this.items)}
      ${this.problem ? problemBox(this.problem, () => this.older()) : nothing}
      ${this.next !== undefined
        ? html`<p class="older"><button @click=${() => this.older()} aria-disabled=${this.reading ? 'true' : nothing}>${this.reading ? t('loading') : t('older')}</button></p>`
        : nothing}`;
  }
}

/** Lets a view follow the clock: ages and running times. */
export class Tick {
  #host;
  #millis;
  #action;
  #timer;
  constructor(host, millis = 1000, action = () => host.requestUpdate()) {
    this.#host = host;
    this.#millis = millis;
    this.#action = action;
    this.#host.addController(this);
  }
  hostConnected() {
    this.#timer = setInterval(() => {
      if (!document.hidden) this.#action();
    }, this.#millis);
  }
  hostDisconnected() {
    clearInterval(this.#timer);
  }
}
