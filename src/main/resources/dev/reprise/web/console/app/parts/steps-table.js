/** The steps of an execution with their counts, and their partitions on request. */
import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { duration, number, rate, took } from '../format.js';
import { t } from '../text.js';
import { byTrouble, partitionName, stragglers } from './gantt.js';
import { Part } from './part.js';
import { placement, placesOf } from './placement.js';
import { exitStatusOf, statusBadge } from './status.js';
import { shortValue } from './value.js';

const counts = ['read', 'written', 'filtered', 'commits', 'rollbacks'];

class StepsTable extends Part {
  static properties = { steps: {}, open: { state: true } };

  constructor() {
    super();
    this.open = new Set();
  }

  render() {
    return html`<div class="table-scroll" tabindex="0" role="group" aria-label=${t('steps')}><table class="rows steps">
      <caption class="visually-hidden">${t('steps')}</caption>
      <thead><tr><th scope="col">${t('step')}</th><th scope="col">${t('status')}</th>
        ${counts.map((count) => html`<th scope="col" class="num" title=${t(`countWhat.${count}`)}>${t(`count.${count}`)}</th>`)}
        <th scope="col" class="num" title=${t('countWhat.skips')}>${t('count.skips')}</th><th scope="col" class="num">${t('duration')}</th></tr></thead>
      <tbody>${repeat(this.steps, ({ id }) => id, (step) => this.#step(step))}</tbody>
    </table></div>`;
  }

  #step(step) {
    const open = this.open.has(step.id);
    const done = step.partitions.filter(({ status }) => status === 'COMPLETED').length;
    return html`${this.#row(step, html`<bdi>${step.name}</bdi>${step.partitions.length
      ? html`<br><button class="link" aria-expanded=${open ? 'true' : 'false'} @click=${() => this.#toggle(step.id)}>${t('partitionsDone', done, step.partitions.length)}</button>`
      : nothing}${placesOf(step.partitions)}`, 'step')}
      ${open ? this.#partitions(step) : nothing}`;
  }

  #partitions(step) {
    const slow = stragglers(step.partitions);
    return repeat(byTrouble(step.partitions), ({ id }) => id, (partition) => this.#row(partition, html`<bdi>${partitionName(partition)}</bdi>${slow.has(partition.id) ? html` <span class="tag warn" title=${t('stragglerWhy')}>◆ ${t('timesMedian', slow.get(partition.id).toFixed(1))}</span>` : nothing}${placement(partition)}`, 'partition'));
  }

  #toggle(id) {
    if (!this.open.delete(id)) this.open.add(id);
    this.requestUpdate();
  }

  #row(step, name, kind) {
    const skips = step.counts.readSkips + step.counts.processSkips + step.counts.writeSkips;
    const millis = step.started === undefined ? undefined : took(step);
    return html`<tr class=${kind}>
      <th scope="row">${name}</th>
      <td>${statusBadge(step.status)}${exitStatusOf(step) === undefined ? nothing : html`<br>${shortValue(exitStatusOf(step), 40)}`}</td>
      ${counts.map((count) => html`<td class="num ${step.counts[count] ? '' : 'zero'}">${number(step.counts[count])}</td>`)}
      <td class="num ${skips ? '' : 'zero'}" title=${skips ? t('skipsOf', step.counts.readSkips, step.counts.processSkips, step.counts.writeSkips) : nothing}>${number(skips)}</td>
      <td class="num">${millis === undefined ? '–' : duration(millis)}${millis && step.counts.read ? html`<br><span class="muted">${t('perSecond', rate((step.counts.read * 1000) / millis))}</span>` : nothing}</td>
    </tr>`;
  }
}
customElements.define('reprise-steps-table', StepsTable);
