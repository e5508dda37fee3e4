/** A job's graph from its XML. With an execution: what became of each element, and which transitions were taken. */
import { html, nothing, svg } from 'lit';
import { t } from '../text.js';
import { layoutGraph } from './graph-layout.js';
import { Part, uniqueId } from './part.js';
import { statusClass, statusShape, statusWord } from './status.js';
import { cut } from './value.js';

const longestName = 30;
const pen = document.createElement('canvas').getContext('2d');

function textWidth(text, font) {
  pen.font = `${font} ${getComputedStyle(document.documentElement).fontFamily}`;
  return pen.measureText(text).width;
}

const sizes = {
  node(node) {
    const name = textWidth(cut(node.id, longestName), '600 13px');
    const below = textWidth(about(node), '11px');
    const box = node.kind === 'FLOW' || node.kind === 'SPLIT';
    return { width: Math.max(box ? 0 : 104, Math.max(name, below) + (box ? 60 : 48)), height: 44 };
  },
  label(pattern) {
    return { width: textWidth(cut(pattern, longestName), '600 11px') + 14, height: 18 };
  },
  terminal(transition) {
    return { width: textWidth(terminalText(transition), '600 11px') + 22, height: 24 };
  },
};

/** What kind of element it is, in two words. */
function about(node) {
  if (node.kind !== 'STEP') return t(`kind.${node.kind}`);
  return [node.chunk ? t('chunk') : t('batchlet'), node.partitioned && t('partitioned'), node.allowStartIfComplete && t('runsAgain')]
    .filter(Boolean)
    .join(' · ');
}

function terminalWhy({ kind, to }) {
  return kind === 'STOP' && to ? t('terminalRestartWhy', to) : t(`terminalWhy.${kind}`);
}

function terminalText({ kind, exitStatus, to }) {
  const end = t(`terminal.${kind}`);
  if (kind === 'STOP' && to) return t('terminalRestart', end, cut(to, 24));
  return exitStatus ? `${end}: ${cut(exitStatus, 24)}` : end;
}

let planned = {};

/** Measuring is the expensive part, and graphs rarely change. */
function planOf(nodes) {
  const key = `${document.documentElement.lang} ${JSON.stringify(nodes)}`;
  if (planned.key !== key) planned = { key, plan: layoutGraph(nodes, sizes) };
  return planned.plan;
}

export function graphWidth(nodes) {
  return planOf(nodes).width;
}

class Graph extends Part {
  static properties = { nodes: {}, passages: {}, transitions: {} };

  #title = uniqueId('graph');

  #taken(edge) {
    return this.transitions?.some(
      (taken) =>
        taken.element === edge.source &&
        taken.kind === edge.transition.kind &&
        taken.on === edge.transition.on &&
        (taken.target === undefined || edge.transition.to === undefined || taken.target === edge.transition.to),
    );
  }

  render() {
    const { width, height, boxes, edges, labels, terminals } = planOf(this.nodes);
    const ordered = [...edges].sort((a, b) => Number(Boolean(this.#taken(a))) - Number(Boolean(this.#taken(b))));
    return html`<div class="graph" tabindex="0" role="group" aria-label=${t('graph')}>
        <svg width=${Math.ceil(width)} height=${Math.ceil(height)} viewBox="0 0 ${Math.ceil(width)} ${Math.ceil(height)}" role="img" aria-labelledby=${this.#title}>
          <title id=${this.#title}>${t('graphAlt', this.nodes.filter((node) => node.kind === 'STEP').length)}</title>
          <defs>
            ${['', 'taken'].map((kind) => svg`<marker id="arrow${kind}-${this.#title}" viewBox="0 0 8 8" refX="7" refY="4" markerUnits="userSpaceOnUse" markerWidth="9" markerHeight="9" orient="auto" class="arrow ${kind}"><path d="M0 .8L7.5 4 0 7.2z"/></marker>`)}
          </defs>
          ${boxes.filter(({ node }) => node.kind === 'FLOW' || node.kind === 'SPLIT').map((box) => this.#box(box))}
          ${ordered.map((edge) => this.#edge(edge))}
          ${labels.map((label) => this.#label(label))}
          ${terminals.map((terminal) => this.#terminal(terminal))}
          ${boxes.filter(({ node }) => node.kind === 'STEP' || node.kind === 'DECISION').map((box) => this.#node(box))}
        </svg>
      </div>
      <ul class="visually-hidden">${this.nodes.map((node) => html`<li><bdi>${node.id}</bdi>: ${about(node)}${this.passages?.[node.id] ? `, ${statusWord(this.passages[node.id])}` : nothing}${node.transitions.map((transition) => html`, <bdi>${transition.on}</bdi> → <bdi>${['END', 'FAIL', 'STOP'].includes(transition.kind) ? terminalWhy(transition) : transition.to}</bdi>${this.#taken({ source: node.id, transition }) ? t('takenAside') : nothing}`)}</li>`)}</ul>`;
  }

  #passage(node) {
    return this.passages ? (this.passages[node.id] ?? 'NOT_REACHED') : undefined;
  }

  #tip(node) {
    const passage = this.#passage(node);
    return `${node.id}\n${about(node)}${passage ? `\n${statusWord(passage)}` : ''}`;
  }

  #box({ node, x, y, width, height }) {
    const passage = this.#passage(node);
    return svg`<g class="graph-box ${node.kind === 'SPLIT' ? 'split' : ''} ${passage === 'NOT_REACHED' ? 'unreached' : ''}" transform="translate(${x} ${y})">
      <title>${this.#tip(node)}</title>
      <rect width=${width} height=${height} rx="10"/>
      <text x="12" y="18"><tspan class="graph-kind">${t(`kind.${node.kind}`)}</tspan><tspan dx="6" class="graph-name">${cut(node.id, longestName)}</tspan></text>
    </g>`;
  }

  #node({ node, x, y, width, height }) {
    const passage = this.#passage(node);
    const edge = node.kind === 'DECISION'
      ? svg`<path class="node-shape" d="M12 0H${width - 12}L${width} ${height / 2}L${width - 12} ${height}H12L0 ${height / 2}z"/>`
      : svg`<rect class="node-shape" width=${width} height=${height} rx="8"/>`;
    return svg`<g class="graph-node ${passage ? `s-${statusClass(passage)}` : 'plain'} ${passage === 'NOT_REACHED' ? 'unreached' : ''}" transform="translate(${x} ${y})">
      <title>${this.#tip(node)}</title>
      ${edge}
      ${passage ? svg`<g class="icon" transform="translate(14 ${height / 2 - 8})">${statusShape(passage)}</g>` : nothing}
      <text x=${passage ? 38 : width / 2} y="19" text-anchor=${passage ? 'start' : 'middle'} class="graph-name">${cut(node.id, longestName)}</text>
      <text x=${passage ? 38 : width / 2} y="34" text-anchor=${passage ? 'start' : 'middle'} class="graph-about">${about(node)}</text>
    </g>`;
  }

  #edge(edge) {
    const taken = this.#taken(edge) ? 'taken' : '';
    return svg`<path class="graph-edge ${taken} ${this.transitions && !taken ? 'untaken' : ''}" d=${curve(edge.points)} marker-end=${edge.arrow ? `url(#arrow${taken}-${this.#title})` : nothing}/>`;
  }

  #label({ x, y, width, height, transition, source }) {
    const taken = this.#taken({ source, transition });
    return svg`<g class="graph-label ${taken ? 'taken' : this.transitions ? 'untaken' : ''}" transform="translate(${x} ${y})">
      <title>${t('onExitStatus', transition.on)}</title>
      <rect width=${width} height=${height} rx="9"/>
      <text x=${width / 2} y="13" text-anchor="middle">${cut(transition.on, longestName)}</text>
    </g>`;
  }

  #terminal({ x, y, width, height, transition, source }) {
    const taken = this.#taken({ source, transition });
    return svg`<g class="graph-terminal ${transition.kind.toLowerCase()} ${taken ? 'taken' : this.transitions ? 'untaken' : ''}" transform="translate(${x} ${y})">
      <title>${terminalWhy(transition)}</title>
      <rect width=${width} height=${height} rx="12"/>
      <text x=${width / 2} y="16" text-anchor="middle">${terminalText(transition)}</text>
    </g>`;
  }
}
customElements.define('reprise-graph', Graph);

function curve(points) {
  let path = `M${points[0].map(round).join(' ')}`;
  for (let i = 1; i < points.length; i++) {
    const [x0, y0] = points[i - 1];
    const [x1, y1] = points[i];
    const middle = (y0 + y1) / 2;
    path += x0 === x1 ? `L${round(x1)} ${round(y1)}` : `C${round(x0)} ${round(middle)} ${round(x1)} ${round(middle)} ${round(x1)} ${round(y1)}`;
  }
  return path;
}

function round(value) {
  return Math.round(value * 10) / 10;
}
