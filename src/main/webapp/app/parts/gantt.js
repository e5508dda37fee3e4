/** When the steps, flows and partitions of an execution ran. Partitions that took much longer than their siblings are marked. */
import { html, nothing, svg } from 'lit';
import { serverNow } from '../api.js';
import { duration, number } from '../format.js';
import { t } from '../text.js';
import { elapsedTicks } from './elapsed.js';
import { Part } from './part.js';
import { statusClass, statusIcon, statusShape, statusWord } from './status.js';
import { Width } from './width.js';
import { cut } from './value.js';

/** A partition is a straggler from so many times the median of its step. */
const stragglerFactor = 1.8;
const axisHeight = 22;

export function partitionName(partition) {
  return partition.name.slice(partition.name.lastIndexOf(':') + 1);
}

function span(step) {
  if (step.started === undefined) return undefined;
  return { from: Date.parse(step.started), to: step.ended === undefined ? serverNow() : Date.parse(step.ended) };
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/** Which partitions took so much longer than their siblings, and how many times as long. */
export function stragglers(partitions) {
  const times = partitions.map((partition) => ({ partition, time: span(partition) })).filter(({ time }) => time);
  const ended = times.filter(({ partition }) => partition.ended !== undefined).map(({ time }) => time.to - time.from);
  if (ended.length < 3) return new Map();
  const usual = Math.max(1, median(ended));
  return new Map(
    times
      .map(({ partition, time }) => [partition.id, (time.to - time.from) / usual])
      .filter(([, factor]) => factor >= stragglerFactor)
      .sort((a, b) => b[1] - a[1])
      .slice(0, 5),
  );
}

class Gantt extends Part {
  static properties = { execution: {}, at: { state: true } };

  #width = new Width(this);

  /** Flows and splits around their steps, in the order in which they began. */
  #rows() {
    const { steps, graph = [] } = this.execution;
    const nodes = new Map(graph.map((node) => [node.id, node]));
    const rows = [];
    const seen = new Set();
    const around = (id) => {
      const parent = nodes.get(id)?.parent;
      return parent === undefined ? [] : [...around(parent), parent];
    };
    const inTime = [...steps].sort((a, b) => (a.started ?? '9').localeCompare(b.started ?? '9') || a.id - b.id);
    // Steps of one flow stay together, where its first one began.
    const key = new Map();
    for (const step of inTime) for (const box of around(step.name)) if (!key.has(box)) key.set(box, key.size);
    const path = (step) => around(step.name).map((box) => key.get(box));
    const firstOf = (step) => inTime.findIndex((other) => around(other.name)[0] !== undefined && around(other.name)[0] === around(step.name)[0]);
    const place = new Map(inTime.map((step, index) => [step, around(step.name).length ? firstOf(step) : index]));
    inTime.sort((a, b) => place.get(a) - place.get(b) || compare(path(a), path(b)));
    for (const step of inTime) {
      const boxes = around(step.name);
      boxes.forEach((box, depth) => {
        if (seen.has(box)) return;
        seen.add(box);
        const spans = inTime.filter((other) => around(other.name).includes(box)).map(span).filter(Boolean);
        if (spans.length) {
          rows.push({ kind: 'box', name: box, depth, height: 24, about: t(`kind.${nodes.get(box).kind}`), time: { from: Math.min(...spans.map((s) => s.from)), to: Math.max(...spans.map((s) => s.to)) } });
        }
      });
      rows.push({ kind: 'step', step, name: step.name, depth: boxes.length, height: 28, time: span(step), status: step.status });
      rows.push(...this.#partitions(step, boxes.length + 1));
    }
    return rows;
  }

  #partitions(step, depth) {
    const slow = stragglers(step.partitions);
    const many = step.partitions.length;
    const height = many <= 12 ? 20 : many <= 48 ? 9 : 5;
    return step.partitions.map((partition) => ({
      kind: 'partition',
      step: partition,
      of: step.name,
      name: partitionName(partition),
      depth,
      height,
      time: span(partition),
      status: partition.status,
      factor: slow.get(partition.id),
      failed: partition.status === 'FAILED',
    }));
  }

  render() {
    const { execution } = this;
    const width = this.#width.value;
    if (!width) return html`<div class="gantt"></div>`;
    const rows = this.#rows();
    const times = rows.map((row) => row.time).filter(Boolean);
    const from = Math.min(Date.parse(execution.started ?? execution.created), ...times.map((time) => time.from));
    const to = Math.max(execution.ended ? Date.parse(execution.ended) : serverNow(), from + 1000, ...times.map((time) => time.to));
    const labels = Math.min(210, Math.round(width * 0.3));
    const right = 14;
    const chart = Math.max(80, width - labels - right);
    const x = (time) => labels + ((time - from) / (to - from)) * chart;
    let y = axisHeight;
    const drawn = rows.map((row, index) => {
      const top = y;
      y += row.height;
      return this.#row(row, index, top, x, { labels, width, right });
    });
    const height = y + 4;
    const ticks = elapsedTicks(to - from, Math.max(2, Math.floor(chart / 90)));
    return html`<div class="gantt">
      <svg width=${width} height=${height} role="img" aria-label=${t('ganttAlt', rows.filter((row) => row.kind === 'step').length)} @pointermove=${this.#point} @pointerleave=${() => (this.at = undefined)}>
        ${ticks.map((tick) => svg`<g class="tick"><line x1=${x(from + tick)} x2=${x(from + tick)} y1=${axisHeight - 4} y2=${height}/><text x=${x(from + tick)} y="12" text-anchor=${tick === 0 ? 'start' : 'middle'}>${duration(tick)}</text></g>`)}
        ${drawn}
      </svg>
      <p class="detail" aria-hidden="true">${this.at !== undefined && rows[this.at] ? this.#detail(rows[this.at]) : html`<span class="muted">${t('pointAtBar')}</span>`}</p>
    </div>`;
  }

  #point(event) {
    const row = event.target.closest('[data-row]')?.dataset.row;
    this.at = row === undefined ? undefined : Number(row);
  }

  #detail(row) {
    const { step } = row;
    return html`${row.kind === 'partition' ? html`<bdi>${row.of}</bdi>, ` : nothing}<strong><bdi>${row.name}</bdi></strong>
      ${step ? html`${statusIcon(row.status)} ${statusWord(row.status)}` : row.about}${row.time ? html`, ${duration(row.time.to - row.time.from)}` : nothing}${row.factor ? html`, ${t('timesMedian', row.factor.toFixed(1))}` : nothing}
      ${step ? html` · ${t('readWritten', number(step.counts.read), number(step.counts.written))}` : nothing}`;
  }

  #row(row, index, y, x, { labels, width, right }) {
    const indent = row.depth * 12;
    const big = row.height >= 20;
    const left = row.time ? x(row.time.from) : 0;
    const long = row.time ? Math.max(2, x(row.time.to) - left) : 0;
    const inset = big ? 5 : row.height > 6 ? 1 : 0.5;
    const characters = Math.floor((labels - indent - 30) / 6.6);
    const mark = row.factor || row.failed;
    const note = row.factor ? `${row.name}: ${t('timesMedian', row.factor.toFixed(1))}` : row.failed && !big ? row.name : row.kind === 'box' || !row.time || !big ? '' : duration(row.time.to - row.time.from);
    const fits = left + long + 8 + note.length * 6.2 < width - right;
    return svg`<g class="gantt-row ${row.kind} ${row.status ? `s-${statusClass(row.status)}` : ''} ${row.factor ? 'straggler' : ''}" data-row=${index}>
      <rect class="hit" x="0" y=${y} width=${width} height=${row.height}/>
      ${big ? svg`${row.status ? svg`<g class="icon" transform="translate(${indent} ${y + row.height / 2 - 6}) scale(.75)">${statusShape(row.status)}</g>` : nothing}
        <text class="gantt-name" x=${indent + (row.status ? 18 : 0)} y=${y + row.height / 2 + 4}><title>${row.name}</title>${cut(row.name, Math.max(4, characters))}</text>` : nothing}
      ${row.time ? svg`<rect class="gantt-bar ${row.step && row.step.ended === undefined ? 'open' : ''}" x=${left} y=${y + inset} width=${long} height=${row.height - 2 * inset} rx=${big ? 3 : 1}/>` : nothing}
      ${note && (big || mark) && row.time
        ? svg`<text class="gantt-note" x=${fits ? left + long + 6 : left - 6} y=${y + row.height / 2 + 4} text-anchor=${fits ? 'start' : 'end'}>${row.factor ? '◆ ' : ''}${note}</text>`
        : nothing}
    </g>`;
  }
}
customElements.define('reprise-gantt', Gantt);

function compare(a, b) {
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return a[i] - b[i];
  return a.length - b.length;
}
