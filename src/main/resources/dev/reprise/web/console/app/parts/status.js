/** Statuses: each has a colour, a shape and a word, and can be told by any of them. */
import { html, svg } from 'lit';
import { t } from '../text.js';

/** Drawn in a square of 16, in the colour of the text; what is cut out has the colour behind. */
const shapes = {
  COMPLETED: svg`<circle cx="8" cy="8" r="7" class="solid"/><path d="M4.8 8.3l2.2 2.2 4.2-4.6" class="cut"/>`,
  FAILED: svg`<path d="M5 1h6l4 4v6l-4 4H5l-4-4V5z" class="solid"/><path d="M5.5 5.5l5 5m0-5l-5 5" class="cut"/>`,
  STOPPED: svg`<rect x="1.5" y="1.5" width="13" height="13" rx="2.5" class="solid"/><rect x="5" y="5" width="6" height="6" class="hole"/>`,
  STARTED: svg`<path d="M3.5 1.8l10.5 6.2-10.5 6.2z" class="solid"/>`,
  STARTING: svg`<path d="M3.8 2.5l9.4 5.5-9.4 5.5z" class="line"/>`,
  STOPPING: svg`<rect x="2.2" y="2.2" width="11.6" height="11.6" rx="2" class="line"/>`,
  ABANDONED: svg`<circle cx="8" cy="8" r="6.2" class="line"/><path d="M3.8 12.2l8.4-8.4" class="line"/>`,
  UNKNOWN: svg`<path d="M8 .8l7.2 7.2L8 15.2.8 8z" class="solid"/><path d="M6.2 6.5c0-2.3 3.6-2.3 3.6-.2 0 1.3-1.8 1.3-1.8 2.8m0 1.5v.6" class="cut"/>`,
  SKIPPED: svg`<path d="M2.5 3.5L7 8l-4.5 4.5m6-9L13 8l-4.5 4.5" class="line"/>`,
  NOT_REACHED: svg`<circle cx="8" cy="8" r="5.8" class="dotted"/>`,
  DUE: svg`<circle cx="8" cy="8" r="6.2" class="line"/><path d="M8 4.6V8l2.4 1.6" class="line"/>`,
  WAITING: svg`<path d="M5.2 3v10m5.6-10v10" class="line"/>`,
  MISSED: svg`<circle cx="8" cy="8" r="6.2" class="line"/><path d="M8 4.6v4m0 2.4v.2" class="line"/>`,
  REFUSED: svg`<circle cx="8" cy="8" r="7" class="solid"/><path d="M4.6 8h6.8" class="cut"/>`,
};

const classes = {
  COMPLETED: 'completed',
  FAILED: 'failed',
  STOPPED: 'stopped',
  STARTED: 'running',
  STARTING: 'running',
  RUNNING: 'running',
  STOPPING: 'stopped',
  ABANDONED: 'quiet',
  UNKNOWN: 'unknown',
  SKIPPED: 'skipped',
  NOT_REACHED: 'quiet',
  DUE: 'running',
  WAITING: 'stopped',
  MISSED: 'stopped',
  REFUSED: 'failed',
};

export function statusClass(status) {
  return classes[status] ?? 'unknown';
}

/** What stands in a shape of 16 by 16, to be placed in another drawing. */
export function statusShape(status) {
  return shapes[status === 'RUNNING' ? 'STARTED' : status] ?? shapes.UNKNOWN;
}

/** The shape alone; the word beside it is the reader's. */
export function statusIcon(status) {
  return html`<svg class="icon s-${statusClass(status)}" viewBox="0 0 16 16" aria-hidden="true">${statusShape(status)}</svg>`;
}

export function statusWord(status) {
  return t(`status.${status}`);
}

export function statusBadge(status) {
  return html`<span class="badge s-${statusClass(status)}">${statusIcon(status)}${statusWord(status)}</span>`;
}

/** Says what the status does not, like ALERT of a COMPLETED one; what still runs has none. */
export function exitStatusOf(thing) {
  return thing.ended !== undefined && thing.exitStatus !== undefined && thing.exitStatus !== '' && thing.exitStatus !== thing.status ? thing.exitStatus : undefined;
}
