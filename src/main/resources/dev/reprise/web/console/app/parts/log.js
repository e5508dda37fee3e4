/** The log of one execution, with its new lines while it runs. */
import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { getText, url } from '../api.js';
import { may, roleFor } from '../session.js';
import { t } from '../text.js';
import { Part } from './part.js';
import { problemBox } from './problem.js';
import { skeleton } from './blank.js';

/** More would make the page slow; the file on the server has them all. */
const mostLines = 5000;
const firstLines = 1000;

/** Lines come by themselves from the node alone that has the log; what it has so far comes from others, too. */
class Log extends Part {
  static properties = { execution: {}, lines: { state: true }, problem: { state: true }, following: { state: true }, wrap: { state: true } };

  #source;
  #numbered = 0;
  #pending = [];
  #atEnd = true;
  #resume = false;

  /** Hidden tabs hold no connections: see live.js. */
  #looked = () => {
    if (document.hidden && this.following) {
      this.#stop();
      this.#resume = true;
    } else if (!document.hidden && this.#resume) {
      this.#resume = false;
      this.#follow();
    }
  };

  connectedCallback() {
    super.connectedCallback();
    document.addEventListener('visibilitychange', this.#looked);
    if (may('log')) this.#read();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    document.removeEventListener('visibilitychange', this.#looked);
    this.#stop();
  }

  willUpdate(changed) {
    // It began to run after the page was opened, or the restart of the page found it running.
    if (changed.has('execution') && this.lines && this.#comes && !this.#several && this.following === undefined) this.#follow();
  }

  updated() {
    if (!this.#atEnd) return;
    const scroller = this.querySelector('.log-lines');
    if (scroller) scroller.scrollTop = scroller.scrollHeight;
  }

  async #read() {
    try {
      if (this.#comes && !this.#several) {
        // The stream begins with the last lines: reading them apart would lose or double what comes between.
        this.lines = [];
        this.#follow();
        return;
      }
      const text = await getText(`executions/${this.execution.id}/log`, { lines: firstLines });
      this.lines = [];
      this.#add(text === '' ? [] : text.replace(/\n$/, '').split('\n'));
      this.problem = undefined;
    } catch (failure) {
      if (failure.status === undefined) throw failure;
      this.problem = failure;
    }
  }

  #add(texts) {
    this.lines = [...this.lines, ...texts.map((text) => ({ text, number: ++this.#numbered }))].slice(-mostLines);
  }

  get #comes() {
    return this.execution.live && this.execution.logHere;
  }

  /** Its lines come from the nodes that ran it when they are asked for; those of this node come by themselves. */
  get #several() {
    return this.execution.logNodes !== undefined;
  }

  #follow() {
    this.#stop();
    this.following = true;
    const source = new EventSource(url(`executions/${this.execution.id}/log`, { follow: 'true', lines: firstLines }));
    this.#source = source;
    // The first connection begins with the last lines; where it breaks, the next one goes on.
    source.addEventListener('open', () => (this.lines = []), { once: true });
    source.addEventListener('dropped', () => this.#add([t('linesDropped')]));
    source.addEventListener('line', (event) => {
      // Many lines at once are drawn once.
      if (this.#pending.push(event.data) === 1) {
        setTimeout(() => {
          const texts = this.#pending;
          this.#pending = [];
          this.#add(texts);
        }, 200);
      }
    });
    source.addEventListener('end', () => this.#stop());
    source.addEventListener('error', () => {
      if (source.readyState !== EventSource.CLOSED) return; // the browser tries again
      this.#stop();
      this.#readAgain();
    });
  }

  /** A stream cannot say why it was refused: the plain request can. */
  async #readAgain() {
    try {
      const text = await getText(`executions/${this.execution.id}/log`, { lines: firstLines });
      this.lines = [];
      this.#add(text.replace(/\n$/, '').split('\n'));
    } catch (failure) {
      if (failure.status === undefined) throw failure;
      this.problem = failure;
    }
  }

  #stop() {
    this.#source?.close();
    this.#source = undefined;
    this.following = false;
  }

  #scrolled(event) {
    const { scrollTop, scrollHeight, clientHeight } = event.target;
    this.#atEnd = scrollHeight - scrollTop - clientHeight < 40;
  }

  render() {
    if (!may('log')) return html`<p class="muted">${t('needsRole', roleFor('log'))}</p>`;
    if (this.problem) return this.#elsewhere();
    if (!this.lines) return skeleton(6);
    return html`<div class="log">
      <div class="log-bar">
        ${this.#comes
          ? html`<label class="check"><input type="checkbox" .checked=${Boolean(this.following)} @change=${(event) => (event.target.checked ? this.#follow() : this.#stop())}><span>${t(this.#several ? 'followLogHere' : 'followLog')}</span></label>`
          : nothing}
        ${this.execution.live && (!this.#comes || (this.#several && !this.following))
          ? html`<button @click=${() => this.#readAgain()}>${t('readAgain')}</button>`
          : nothing}
        <label class="check"><input type="checkbox" .checked=${Boolean(this.wrap)} @change=${(event) => (this.wrap = event.target.checked)}><span>${t('wrapLines')}</span></label>
        <span class="muted">${t('linesShown', this.lines.length)}</span>
        ${this.#several && !this.following ? html`<span class="muted">${t('logOf', this.execution.logNodes.join(', '))}</span>` : nothing}
      </div>
      ${this.lines.length === 0
        ? html`<p class="muted">${t('logEmpty')}</p>`
        : html`<div class="log-lines ${this.wrap ? 'wrap' : ''}" tabindex="0" role="log" aria-live="off" aria-label=${t('log')} @scroll=${this.#scrolled}>
            ${repeat(this.lines, (line) => line.number, (line) => html`<div class="log-line ${level(line.text)}" dir="auto">${line.text}</div>`)}
          </div>`}
    </div>`;
  }

  #elsewhere() {
    if (this.problem.type !== 'urn:reprise:log-elsewhere') return problemBox(this.problem, () => this.#read());
    return html`<div class="notice quiet"><p>${t('logElsewhere', this.problem.node)}</p><p class="muted"><bdi>${this.problem.detail}</bdi></p></div>`;
  }
}
customElements.define('reprise-log', Log);

/** The level as WildFly writes it near the beginning of a line, which may come after the name of a node. */
function level(text) {
  return /^(?:[^|]{1,301} \| )?.{0,40}\b(ERROR|FATAL|WARN)\b/.exec(text)?.[1].toLowerCase() ?? '';
}
