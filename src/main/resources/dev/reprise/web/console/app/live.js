/**
 * What changes on the server, through one connection for the whole console.
 *
 * Events: `execution` (detail: the execution as it is now), `nodes`, `reset` (read anew what is shown), `state`.
 */
import { get, serverNow, url } from './api.js';

/** So many measurements of each running execution are kept, at most one per second: two minutes. */
const kept = 120;

/** So often a page that holds no connection says that it is there: a login ends after half an hour without a request. */
const stillHereMillis = 10 * 60_000;

/** So long a tab may be hidden before it gives its connection up. */
const patienceMillis = 20_000;

class Live extends EventTarget {
  /** `connecting`, `live` or `lost` */
  state = 'connecting';
  #source;
  #pause = 1000;
  #samples = new Map();
  #lostTimer;
  #hiddenTimer;

  start() {
    if (this.#source) return;
    this.#open();
    // A laptop that wakes up should not wait for the next try.
    addEventListener('online', () => this.state === 'lost' && this.#reopen());
    setInterval(() => {
      if (this.#source.readyState === EventSource.CLOSED) get('me').catch(() => {});
    }, stillHereMillis);
    // A browser has six connections to a server: tabs that nobody looks at must not hold them.
    document.addEventListener('visibilitychange', () => {
      clearTimeout(this.#hiddenTimer);
      if (document.hidden) this.#hiddenTimer = setTimeout(() => this.#source.close(), patienceMillis);
      else if (this.#source.readyState === EventSource.CLOSED) this.#reopen();
    });
  }

  #open() {
    const source = new EventSource(url('events'));
    this.#source = source;
    source.addEventListener('open', () => {
      clearTimeout(this.#lostTimer);
      this.#lostTimer = undefined;
      this.#pause = 1000;
      this.#become('live');
    });
    source.addEventListener('error', () => {
      // The browser tries again by itself within seconds: that is not worth a word.
      this.#lostTimer ??= setTimeout(() => this.#become('lost'), 4000);
      if (source.readyState === EventSource.CLOSED) setTimeout(() => this.#reopen(), this.#pause);
    });
    source.addEventListener('execution', (event) => {
      const execution = JSON.parse(event.data);
      this.measure(execution);
      this.#tell('execution', execution);
    });
    source.addEventListener('nodes', () => this.#tell('nodes'));
    source.addEventListener('reset', () => this.#tell('reset'));
  }

  /** The browser gave up: a new connection does not know what the old one missed. */
  async #reopen() {
    if (document.hidden) return; // until somebody looks again
    this.#source.close();
    this.#pause = Math.min(this.#pause * 2, 30_000);
    try {
      await get('me'); // says so if the login has ended
    } catch {
      setTimeout(() => this.#reopen(), this.#pause);
      return;
    }
    this.#open();
    this.#tell('reset');
  }

  #become(state) {
    if (this.state === state) return;
    this.state = state;
    this.#tell('state', state);
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  /** Remembers how far an execution is, for rates and sparklines. */
  measure(execution) {
    if (!execution.live || !execution.progress) {
      this.#samples.delete(execution.id);
      return;
    }
    const { items, done, step } = execution.progress;
    const samples = this.#samples.get(execution.id) ?? [];
    const last = samples.at(-1);
    const at = serverNow();
    // Another step counts from its own beginning.
    if (last && (last.step !== step || last.items > items)) samples.length = 0;
    else if (last && at - last.at < 900) return;
    samples.push({ at, items, done, step });
    if (samples.length > kept) samples.shift();
    this.#samples.set(execution.id, samples);
  }

  samples(id) {
    return this.#samples.get(id) ?? [];
  }
}

export const live = new Live();

/** Lets a view hear events while it is shown. */
export class Listen {
  #handlers;
  constructor(host, handlers) {
    this.#handlers = Object.entries(handlers).map(([type, handler]) => [type, (event) => handler(event.detail)]);
    host.addController(this);
  }
  hostConnected() {
    for (const [type, handler] of this.#handlers) live.addEventListener(type, handler);
  }
  hostDisconnected() {
    for (const [type, handler] of this.#handlers) live.removeEventListener(type, handler);
  }
}
