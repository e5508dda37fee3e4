/**
 * The executions of an instance on one time line. A restart may come seconds or days after a failure: the time between
 * executions, in which nothing ran, is drawn short and its length written beside it.
 */
import { html, svg } from 'lit';
import { serverNow } from '../api.js';
import { about, duration } from '../format.js';
import { textWidth, within } from './elapsed.js';
import { href } from '../router.js';
import { t } from '../text.js';
import { Part } from './part.js';
import { statusClass, statusShape, statusWord } from './status.js';
import { Width } from './width.js';

const breakWidth = 64;
const rowHeight = 40;
const axisHeight = 22;

function spanOf(execution) {
  const from = Date.parse(execution.started ?? execution.created);
  return { from, to: Math.max(from + 50, execution.ended ? Date.parse(execution.ended) : execution.live ? serverNow() : from) };
}

function lasted(execution) {
  const { from, to } = spanOf(execution);
  return to - from;
}

function nameOf(execution, wide) {
  return wide ? t('executionN', execution.id) : String(execution.id);
}

/** Stretches in which something ran, and the pauses between them that are too long to draw to scale. */
export function stretches(spans) {
  const sorted = [...spans].sort((a, b) => a.from - b.from);
  const busy = [];
  for (const span of sorted) {
    const last = busy.at(-1);
    if (last && span.from <= last.to) last.to = Math.max(last.to, span.to);
    else busy.push({ ...span });
  }
  const total = busy.reduce((sum, { from, to }) => sum + to - from, 0);
  const joined = [];
  for (const span of busy) {
    const last = joined.at(-1);
    if (last && span.from - last.to < total * 0.15) last.to = span.to;
    else joined.push({ ...span });
  }
  return joined;
}

class Timeline extends Part {
  static properties = { executions: {} };

  #width = new Width(this);

  render() {
    const width = this.#width.value;
    if (!width) return html`<div class="timeline"></div>`;
    const executions = [...this.executions].reverse();
    const wide = width >= 520;
    // As wide as what stands there: ids have as many digits as they have.
    const labels = Math.min(
      width * 0.45,
      36 + Math.max(...executions.map((execution) => Math.max(textWidth(nameOf(execution, wide), 13), textWidth(duration(lasted(execution)), 11.5)))),
    );
    let free = 0;
    const parts = stretches(executions.map(spanOf));
    // Many pauses would leave no room for what ran.
    const pause = Math.min(breakWidth, (width - labels) / 2 / Math.max(1, parts.length - 1));
    const room = width - labels - 8 - pause * (parts.length - 1);
    const total = parts.reduce((sum, { from, to }) => sum + to - from, 0);
    let left = labels;
    for (const part of parts) {
      part.x = left;
      part.width = Math.max(3, ((part.to - part.from) / total) * room);
      left += part.width + pause;
    }
    const x = (time) => {
      const part = parts.find(({ to }) => time <= to) ?? parts.at(-1);
      return part.x + Math.min(1, Math.max(0, (time - part.from) / (part.to - part.from))) * part.width;
    };
    const height = axisHeight + executions.length * rowHeight + 4;
    return html`<div class="timeline">
      <svg width=${width} height=${height} role="group" aria-label=${t('timelineAlt', executions.length)}>
        ${parts.slice(1).map((part, index) => {
          const middle = (parts[index].x + parts[index].width + part.x) / 2;
          const between = part.from - parts[index].to;
          const [label] = [t('later', duration(between)), t('later', about(between)), about(between), '…'].filter((text) => within(middle, textWidth(text), free, width) !== undefined);
          const left = label === undefined ? 0 : within(middle, textWidth(label), free, width);
          if (label !== undefined) free = left + textWidth(label) + 8;
          return svg`<g class="pause"><title>${t('later', duration(between))}</title><line x1=${middle} x2=${middle} y1=${axisHeight - 4} y2=${height}/>
            ${label === undefined ? '' : svg`<text x=${left} y="13">${label}</text>`}</g>`;
        })}
        ${executions.map((execution, index) => this.#row(execution, axisHeight + index * rowHeight, x, wide, width))}
      </svg>
    </div>`;
  }

  #row(execution, y, x, wide, width) {
    const { from, to } = spanOf(execution);
    const left = x(from);
    const long = Math.max(3, x(to) - left);
    const note = duration(to - from);
    return svg`<a href=${href('executions', execution.id)} class="timeline-row">
      <rect class="hit" x="0" y=${y} width=${width} height=${rowHeight}/>
      <g class="icon s-${statusClass(execution.status)}" transform="translate(0 ${y + 12})"><title>${statusWord(execution.status)}</title>${statusShape(execution.status)}</g>
      <text class="timeline-name" x="24" y=${y + 18}>${nameOf(execution, wide)}</text>
      <text class="timeline-note" x="24" y=${y + 33}>${note}</text>
      <rect class="timeline-bar s-${statusClass(execution.status)}" x=${left} y=${y + 8} width=${long} height="24" rx="4"/>
      ${execution.steps.filter((step) => step.started !== undefined).map((step) => {
        const begin = x(Date.parse(step.started));
        const end = x(step.ended === undefined ? to : Date.parse(step.ended));
        return svg`<rect class="timeline-step s-${statusClass(step.status)}" x=${begin} y=${y + 12} width=${Math.max(1.5, end - begin - 1)} height="16" rx="2"><title>${step.name}: ${statusWord(step.status)}</title></rect>`;
      })}
    </a>`;
  }
}
customElements.define('reprise-timeline', Timeline);
