/** Texts that come from outside. They are only ever text, may be very long, and may run from right to left. */
import { html, nothing } from 'lit';
import { number } from '../format.js';
import { t } from '../text.js';
import { Part } from './part.js';

const longText = 240;

/** The beginning of a text, for one line. */
export function cut(text, length = 60) {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}

export function shortValue(text, length = 60) {
  return html`<bdi class="value" title=${text.length > length ? cut(text, 600) : nothing}>${text === '' ? t('emptyText') : cut(text, length)}</bdi>`;
}

/** The whole text, opened on request when it is long. */
export function value(text) {
  return text.length <= longText ? shortValue(text, longText) : html`<reprise-long-text .text=${text}></reprise-long-text>`;
}

/** Why something failed. What it comes from stands at its end, so that it is cut in the middle: packages first, then words. */
export function cutFailure(text, length) {
  if (text.length <= length) return text;
  const short = text.replace(/\b(?:[a-z_$][\w$]*\.)+(?=[A-Z_$])/g, '');
  if (short.length <= length) return short;
  const head = Math.floor(length / 3);
  return `${short.slice(0, head).trimEnd()} … ${short.slice(head - length).trimStart()}`;
}

export function shortFailure(text, length = 160) {
  return html`<bdi class="value" title=${text.length > length ? cut(text, 600) : nothing}>${cutFailure(text, length)}</bdi>`;
}

/** {@link value} of why something failed. */
export function failure(text) {
  return text.length <= longText ? shortValue(text, longText) : html`<reprise-long-text .text=${text} .short=${cutFailure(text, longText)}></reprise-long-text>`;
}

class LongText extends Part {
  static properties = { text: {}, short: {}, open: { state: true } };

  render() {
    return html`<bdi class="value">${this.open ? this.text : this.short ?? cut(this.text, longText)}</bdi>
      <button class="link" aria-expanded=${this.open ? 'true' : 'false'} @click=${() => (this.open = !this.open)}>
        ${this.open ? t('showLess') : t('showAll', number(this.text.length))}
      </button>`;
  }
}
customElements.define('reprise-long-text', LongText);

/** The same as a mere text, as for the title of a page. */
export function parametersText(parameters, most = 3) {
  return Object.entries(parameters)
    .slice(0, most)
    .map(([name, text]) => `${cut(name, 40)}=${cut(text, 40)}`)
    .join(' ');
}

/** Parameters on one line, as they are written in logs: `month=2001-01`. */
export function parametersLine(parameters, most = 4) {
  const entries = Object.entries(parameters);
  if (!entries.length) return html`<span class="muted">${t('noParameters')}</span>`;
  const left = entries.length - most;
  return html`<span class="params">${entries.slice(0, most).map(
    ([name, text]) => html`<span class="param"><bdi>${cut(name, 40)}</bdi>=${shortValue(text, 40)}</span> `,
  )}${left > 0 ? html`<span class="muted">${t('more', left)}</span>` : nothing}</span>`;
}
