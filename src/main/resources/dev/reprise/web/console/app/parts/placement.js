/** Where the partitions of a step are that any node may run: what they wait for, on which node, and who died of them. */
import { html, nothing } from 'lit';
import { t } from '../text.js';
import { moment } from './time.js';
import { shortValue } from './value.js';

/** Partitions that run where their step does say nothing of it. */
export function isPlaced(partition) {
  return partition.nodesDied !== undefined;
}

/** In one line; empty for what runs where its step does. */
export function placeText(partition) {
  if (!isPlaced(partition)) return '';
  const place = partition.waits ? t(`waits.${partition.waits}`) : partition.node ?? '';
  return partition.nodesDied ? `${place}, ${t('attemptAfter', partition.nodesDied + 1)}` : place;
}

export function placement(partition) {
  if (!isPlaced(partition)) return nothing;
  const { waits, node, earlierNodes = [], nodesDied, committed, ended } = partition;
  const before = waits && node !== undefined ? [...earlierNodes.filter((name) => name !== node), node] : earlierNodes;
  return html`<div class="placement">
    ${waits ? html`<span class="tag">${t(`waits.${waits}`)}</span>` : node === undefined ? nothing : shortValue(node, 40)}
    ${nodesDied ? html`<span class="tag warn" title=${t('diedOfIt', nodesDied)}>${t('attemptAfter', nodesDied + 1)}</span>` : nothing}
    ${before.length ? html`<span class="muted">${t('ranBefore', before.join(', '))}</span>` : nothing}
    ${committed !== undefined && ended === undefined ? html`<span class="muted">${t('lastCommit')} ${moment(committed)}</span>` : nothing}
  </div>`;
}

/** How many of them each node runs and has ended, and how many wait. */
export function placesOf(partitions) {
  const placed = partitions.filter(isPlaced);
  if (!placed.length) return nothing;
  const nodes = new Map();
  for (const { waits, node, ended } of placed) {
    if (waits || node === undefined) continue;
    const counts = nodes.get(node) ?? { running: 0, ended: 0 };
    counts[ended === undefined ? 'running' : 'ended'] += 1;
    nodes.set(node, counts);
  }
  const waiting = (kind) => placed.filter(({ waits }) => waits === kind).length;
  return html`<ul class="places">
    ${[...nodes].sort(([a], [b]) => a.localeCompare(b)).map(([node, { running, ended }]) => html`<li>${shortValue(node, 40)} <span class="muted">${t('placesOfNode', running, ended)}</span></li>`)}
    ${['READY', 'PLANNED'].filter(waiting).map((kind) => html`<li class="muted">${t(`waiting.${kind}`, waiting(kind))}</li>`)}
  </ul>`;
}
