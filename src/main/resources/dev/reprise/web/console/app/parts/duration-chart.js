/** How long the executions of a job took, over time. */
import 'd3-array';
import 'd3-time';
import { html, svg } from 'lit';
import { dateTime, duration, took } from '../format.js';
import { href } from '../router.js';
import { language, t } from '../text.js';
import { elapsedTicks } from './elapsed.js';
import { Part } from './part.js';
import { statusClass, statusShape, statusWord } from './status.js';
import { Width } from './width.js';

// D3's modules are classic scripts, which leave themselves there; d3-time looks for d3-array.
const { d3 } = globalThis;
const height = 190;
const margin = { top: 14, right: 14, bottom: 26, left: 62 };

class DurationChart extends Part {
  static properties = { executions: {} };

  #width = new Width(this);

  render() {
    const width = this.#width.value;
    const ended = this.executions.filter((execution) => execution.started !== undefined && execution.ended !== undefined);
    if (!width || ended.length < 2) return html`<div class="chart">${width ? html`<p class="muted">${t('chartSoon')}</p>` : ''}</div>`;
    const most = d3.max(ended, took);
    const [first, last] = d3.extent(ended, started);
    const x = scale(first, last, margin.left + 8, width - margin.right - 8);
    const y = scale(0, most * 1.08, height - margin.bottom, margin.top);
    const completed = ended.filter(({ status }) => status === 'COMPLETED').sort((a, b) => started(a) - started(b));
    const marks = d3.timeTicks(first, last, Math.max(2, Math.floor(width / 110)));
    const format = new Intl.DateTimeFormat(language(), precision(marks[1] - marks[0]));
    return html`<div class="chart">
      <svg width=${width} height=${height} role="group" aria-label=${t('chartAlt', ended.length, duration(d3.min(ended, took)), duration(most))}>
        ${elapsedTicks(most * 1.08, 4).map((tick) => svg`<g class="tick"><line x1=${margin.left} x2=${width - margin.right} y1=${y(tick)} y2=${y(tick)}/><text x=${margin.left - 8} y=${y(tick) + 4} text-anchor="end">${duration(tick)}</text></g>`)}
        ${marks.map((mark) => svg`<text class="mark" x=${x(mark)} y=${height - 6} text-anchor="middle">${format.format(mark)}</text>`)}
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
