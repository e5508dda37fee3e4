/** When the steps, flows and partitions of an execution ran. Partitions that took much longer than their siblings are marked. */
import { html, nothing, svg } from 'lit';
import { serverNow } from '../api.js';
import { duration, number } from '../format.js';
import { t } from '../text.js';
import { elapsedTicks, textWidth, within } from './elapsed.js';
import { Part } from './part.js';
import { placeText } from './placement.js';
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

const firstOf = { FAILED: 0, UNKNOWN: 1, STOPPED: 2 };

/** Partitions as somebody looks for them: what went wrong, what took long, and then the others as the plan has them. */
export function byTrouble(partitions) {
  const slow = stragglers(partitions);
  const place = (partition) => firstOf[partition.status] ?? (slow.has(partition.id) ? 3 : 4);
  return [...partitions].sort((one, other) => place(one) - place(other));
}

/** So many of many partitions have a row that is high enough for their name. */
const namedOfMany = 12;

class Gantt extends Part {
  static properties = { execution: {}, at: { state: true } };

  #width = new Width(this);

  /** Flows and splits around their steps, each where its first step began. */
  #rows() {
    const { steps, graph = [] } = this.execution;
    const nodes = new Map(graph.map((node) => [node.id, node]));
    const around = (id) => {
      const parent = nodes.get(id)?.parent;
      return parent === undefined ? [] : [...around(parent), parent];
    };
    const inTime = steps
      .map((step) => ({ step, boxes: around(step.name) }))
      .sort((a, b) => (a.step.started ?? '9').localeCompare(b.step.started ?? '9') || a.step.id - b.step.id);
    const rowsOf = (list, depth) => {
      const rows = [];
      const seen = new Set();
      for (const { step, boxes } of list) {
        const box = boxes[depth];
        if (box === undefined) {
          rows.push({ kind: 'step', step, name: step.name, depth, height: 28, time: span(step), status: step.status }, ...this.#partitions(step, depth + 1));
        } else if (!seen.has(box)) {
          seen.add(box);
          const content = list.filter((other) => other.boxes[depth] === box);
          const times = content.map((other) => span(other.step)).filter(Boolean);
          const time = times.length ? { from: Math.min(...times.map(({ from }) => from)), to: Math.max(...times.map(({ to }) => to)) } : undefined;
          rows.push({ kind: 'box', name: box, depth, height: 24, about: t(`kind.${nodes.get(box).kind}`), time }, ...rowsOf(content, depth + 1));
        }
      }
      return rows;
    };
    return rowsOf(inTime, 0);
  }

  #partitions(step, depth) {
    const slow = stragglers(step.partitions);
    const many = step.partitions.length;
    const height = many <= namedOfMany ? 20 : many <= 48 ? 9 : 5;
    const times = step.partitions.filter(({ ended }) => ended !== undefined).map(span).filter(Boolean);
    // Rows too low for their names are named together.
    const together = height < 20 ? [t('partitionsCount', many), ...(times.length ? [t('medianIs', duration(median(times.map(({ from, to }) => to - from))))] : [])] : [];
    const named = (partition, index) => many <= namedOfMany || (index < namedOfMany && (partition.status === 'FAILED' || slow.has(partition.id)));
    const sorted = byTrouble(step.partitions);
    const first = sorted.findIndex((partition, index) => !named(partition, index));
    return sorted.map((partition, index) => ({
      kind: 'partition',
      together: index === first ? together : [],
      step: partition,
      of: step.name,
      name: partitionName(partition),
      depth,
      height: named(partition, index) ? 20 : height,
      time: span(partition),
      status: partition.status,
      factor: slow.get(partition.id),
      place: placeText(partition),
      waits: partition.waits !== undefined,
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
    const to = Math.max(execution.ended ? Date.parse(execution.ended) : serverNow(), from + 20, ...times.map((time) => time.to));
    const labels = Math.min(
      210,
      Math.round(width * 0.42),
      Math.max(90, ...rows.flatMap((row) => [...(row.height >= 20 ? [row.name] : []), ...(row.together ?? [])].map((text) => Math.ceil(textWidth(text, 12.5)) + row.depth * 12 + 30))),
    );
    const right = 14;
    const chart = Math.max(80, width - labels - right);
    const x = (time) => labels + ((time - from) / (to - from)) * chart;
    let y = axisHeight;
    const drawn = rows.map((row, index) => {
      const top = y;
      y += row.height;
      return this.#row(row, index, top, x, { labels, width });
    });
    const height = y + 4;
    let free = 0;
    const ticks = elapsedTicks(to - from, Math.max(2, Math.floor(chart / 90)));
    const label = (text, middle) => {
      const long = textWidth(text);
      const left = within(middle, long, free, width);
      if (left === undefined) return nothing;
      free = left + long + 8;
      return svg`<text x=${left} y="12">${text}</text>`;
    };
    return html`<div class="gantt">
      <p class="detail" aria-hidden="true">${this.at !== undefined && rows[this.at] ? this.#detail(rows[this.at]) : html`<span class="muted">${t('pointAtBar')}</span>`}</p>
      <svg width=${width} height=${height} role="img" aria-label=${t('ganttAlt', rows.filter((row) => row.kind === 'step').length)} @pointermove=${this.#point} @pointerdown=${this.#point} @pointerleave=${() => (this.at = undefined)}>
        ${ticks.map((tick) => svg`<g class="tick"><line x1=${x(from + tick)} x2=${x(from + tick)} y1=${axisHeight - 4} y2=${height}/>${label(duration(tick), x(from + tick))}</g>`)}
        ${drawn}
      </svg>
    </div>`;
  }

  #point(event) {
    const row = event.target.closest('[data-row]')?.dataset.row;
    this.at = row === undefined ? undefined : Number(row);
  }

  #detail(row) {
    const { step } = row;
    return html`${row.kind === 'partition' ? html`<bdi>${row.of}</bdi>, ` : nothing}<strong><bdi>${row.name}</bdi></strong>
      ${step ? html`${statusIcon(row.status)} ${statusWord(row.status)}` : row.about}${row.time ? html`, ${duration(row.time.to - row.time.from)}` : nothing}${row.factor ? html`, ${t('timesMedian', row.factor.toFixed(1))}` : nothing}${row.place ? html` · <bdi>${row.place}</bdi>` : nothing}
      ${step ? html` · ${t('readWritten', number(step.counts.read), number(step.counts.written))}` : nothing}`;
  }

  #row(row, index, y, x, { labels, width }) {
    const indent = row.depth * 12;
    const big = row.height >= 20;
    const left = row.time ? x(row.time.from) : 0;
    const long = row.time ? Math.max(2, x(row.time.to) - left) : 0;
    const inset = big ? 5 : row.height > 6 ? 1 : 0.5;
    const characters = Math.floor((labels - indent - 30) / 7.4);
    const mark = row.factor || row.failed;
    const said = row.factor ? `${big ? '' : `${row.name}: `}${t('timesMedian', row.factor.toFixed(1))}` : row.failed && !big ? row.name : row.kind === 'box' || !row.time || !big ? '' : duration(row.time.to - row.time.from);
    // Beside the bar, or in it, or before it: wherever there is room; where there is none, the shorter text.
    const fit = (note) => {
      const room = note.length * 6.4 + 12;
      if (left + long + room < width) return { note, x: left + long + 6, anchor: 'start' };
      if ((row.kind === 'step' || (row.factor && big)) && long > room) return { note, x: left + long - 6, anchor: 'end', inside: !row.waits };
      if (left - room > labels) return { note, x: left - 6, anchor: 'end' };
      return undefined;
    };
    const short = row.factor ? t('timesMedian', row.factor.toFixed(1)) : said;
    const place = (said && row.place ? fit(`${said} · ${cut(row.place, 30)}`) : undefined) ?? fit(said) ?? fit(short) ?? { note: short, x: left - 6, anchor: 'end' };
    const { note, inside } = place;
    return svg`<g class="gantt-row ${row.kind} ${row.status ? `s-${statusClass(row.status)}` : ''} ${row.factor ? 'straggler' : ''} ${row.waits ? 'waits' : ''}" data-row=${index}>
      <rect class="hit" x="0" y=${y} width=${width} height=${row.height}/>
      ${big ? svg`${row.status ? svg`<g class="icon" transform="translate(${indent} ${y + row.height / 2 - 6}) scale(.75)">${statusShape(row.status)}</g>` : nothing}
        <text class="gantt-name" x=${indent + (row.status ? 18 : 0)} y=${y + row.height / 2 + 4}><title>${row.name}</title>${cut(row.name, Math.max(4, characters))}</text>` : nothing}
      ${row.together?.map((line, number) => svg`<text class="gantt-name" x=${indent + 18} y=${y + 12 + number * 16}>${line}</text>`)}
      ${row.time ? svg`<rect class="gantt-bar ${row.step && row.step.ended === undefined ? 'open' : ''}" x=${left} y=${y + inset} width=${long} height=${row.height - 2 * inset} rx=${big ? 3 : 1}/>` : nothing}
      ${note && (big || mark) && row.time
        ? svg`<text class="gantt-note ${inside ? 'inside' : ''}" x=${place.x} y=${y + row.height / 2 + 4} text-anchor=${place.anchor}>${row.factor ? '◆ ' : ''}${note}</text>`
        : nothing}
    </g>`;
  }
}
customElements.define('reprise-gantt', Gantt);
