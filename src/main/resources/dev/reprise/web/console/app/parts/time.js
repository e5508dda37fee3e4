import { html } from 'lit';
import { ago, dateTime } from '../format.js';

/** A moment, with the server's own writing of it (UTC) as a hint. */
export function moment(time) {
  return html`<time datetime=${time} title="${time} (UTC)">${dateTime(time)}</time>`;
}

export function age(time) {
  return html`<time datetime=${time} title="${dateTime(time)} · ${time} (UTC)">${ago(time)}</time>`;
}
