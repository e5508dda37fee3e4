/** How long the executions of a job took, over time. */
import 'd3-array';
import 'd3-time';
import { html, svg } from 'lit';
import { dateTime, duration, took } from '../format.js';
import { href } from '../router.js';
import { language, t } from '../text.js';
import { elapsedTicks, textWidth, within } from './elapsed.js';
import { Part } from './part.js';
import { statusClass, statusShape, statusWord } from './status.js';
import { Width } from './width.js';

// D3's modules are classic scripts, which leave themselves there; d3-time looks for d3-array.
const { d3 } = globalThis;
const height = 190;
const margin = { top: 14, right: 14, bottom: 26 };

class DurationChart extends Part {
  static properties = { executions: {} };

  #width = new Width(this);

  render() {
    const width = this.#width.value;
    const ended = this.executions.filter((execution) => execution.started !== undefined && execution.ended !== undefined);
    if (!width || ended.length < 2) return html`<div class="chart">${width ? html`<p class="muted">${t('chartSoon')}</p>` : ''}</div>`;
    const most = d3.max(ended, took);
    const [first, last] = d3.extent(ended, started);
    const ticks = elapsedTicks(most * 1.08, 4);
    const labels = Math.ceil(d3.max(ticks, (tick) => textWidth(duration(tick)))) + 14;
    const x = scale(first, last, labels + 8, width - margin.right - 8);
    const y = scale(0, most * 1.08, height - margin.bottom, margin.top);
    const completed = ended.filter(({ status }) => status === 'COMPLETED').sort((a, b) => started(a) - started(b));
    const marks = d3.timeTicks(first, last, Math.max(2, Math.floor(width / 110)));
    const format = new Intl.DateTimeFormat(language(), precision(marks[1] - marks[0]));
    return html`<div class="chart">
      <svg width=${width} height=${height} role="group" aria-label=${t('chartAlt', ended.length, duration(d3.min(ended, took)), duration(most))}>
        ${ticks.map((tick) => svg`<g class="tick"><line x1=${labels} x2=${width - margin.right} y1=${y(tick)} y2=${y(tick)}/><text x=${labels - 8} y=${y(tick) + 4} text-anchor="end">${duration(tick)}</text></g>`)}
        ${spread(marks.map((mark) => ({ x: x(mark), text: format.format(mark) })), width).map(({ left, text }) => svg`<text class="mark" x=${left} y=${height - 6}>${text}</text>`)}
        <polyline class="chart-line" points=${completed.map((execution) => `${x(started(execution))},${y(took(execution))}`).join(' ')}/>
        ${ended.map((execution) => svg`<a href=${href('executions', execution.id)} class="chart-dot s-${statusClass(execution.status)}" transform="translate(${x(started(execution)) - 6} ${y(took(execution)) - 6})"
          aria-label=${t('executionIs', execution.id, statusWord(execution.status), duration(took(execution)))}>
          <title>${`${t('executionIs', execution.id, statusWord(execution.status), duration(took(execution)))}\n${dateTime(execution.started)}`}</title>
          <rect class="hit" x="-6" y="-6" width="24" height="24"/><g class="icon" transform="scale(.75)">${statusShape(execution.status)}</g></a>`)}
      </svg>
    </div>`;
  }
}

function started(execution) {
  return Date.parse(execution.started);
}

/** Labels under their places, none over another one or out of the drawing. */
function spread(labels, width) {
  let free = 0;
  return labels.flatMap(({ x, text }) => {
    const long = textWidth(text);
    const left = within(x, long, free, width);
    if (left === undefined) return [];
    free = left + long + 8;
    return [{ left, text }];
  });
}

/** Places on an axis; everything in the middle if there is one value alone. */
function scale(from, to, start, end) {
  return (value) => start + (to > from ? (value - from) / (to - from) : 0.5) * (end - start);
}

/** What of a time tells two marks apart. */
function precision(millis) {
  if (millis >= 86_400_000) return { month: 'short', day: 'numeric' };
  return { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', ...(millis < 60_000 ? { second: '2-digit' } : {}) };
}

customElements.define('reprise-duration-chart', DurationChart);
