/** The last executions of a job against its steps: a column for each execution, a row for each step. */
import { html, nothing } from 'lit';
import { dateTime, duration, took } from '../format.js';
import { href } from '../router.js';
import { t } from '../text.js';
import { Part, vars } from './part.js';
import { statusClass, statusIcon, statusWord } from './status.js';

class Grid extends Part {
  static properties = { grid: {}, at: { state: true } };

  firstUpdated() {
    // The newest stands at the right end: that is what somebody wants to see first.
    const scroller = this.querySelector('.grid-scroll');
    scroller.scrollLeft = scroller.scrollWidth;
  }

  render() {
    const executions = [...this.grid.executions].reverse();
    const longest = Math.max(1, ...executions.map(took));
    return html`<div class="grid-scroll" tabindex="0" role="group" aria-label=${t('grid')}>
        <table class="grid" @pointerover=${this.#point} @focusin=${this.#point}>
          <caption class="visually-hidden">${t('gridCaption')}</caption>
          <thead><tr><th scope="col"><span class="visually-hidden">${t('step')}</span></th>
            ${executions.map((execution) => html`<th scope="col" data-execution=${execution.id}>
              <a class="grid-bar s-${statusClass(execution.status)}" href=${href('executions', execution.id)}
                aria-label=${t('executionIs', execution.id, statusWord(execution.status), duration(took(execution)))} ${vars({ '--height': took(execution) / longest })}><span></span>${statusIcon(execution.status)}</a>
            </th>`)}
          </tr></thead>
          <tbody>
            ${this.grid.steps.map((step) => html`<tr>
              <th scope="row"><bdi title=${step}>${step}</bdi></th>
              ${executions.map((execution) => {
                const cell = execution.steps[step];
                return html`<td data-execution=${execution.id} data-step=${step}>${cell
                  ? html`<span class="cell s-${statusClass(cell.status)}">${statusIcon(cell.status)}<span class="visually-hidden">${statusWord(cell.status)}</span></span>`
                  : html`<span class="cell none"><span class="visually-hidden">${t('didNotRun')}</span></span>`}</td>`;
              })}
            </tr>`)}
          </tbody>
        </table>
      </div>
      <p class="detail" aria-hidden="true">${this.#detail(executions)}</p>`;
  }

  #point(event) {
    const cell = event.target.closest('[data-execution]');
    this.at = cell ? { execution: Number(cell.dataset.execution), step: cell.dataset.step } : undefined;
  }

  #detail(executions) {
    const execution = executions.find(({ id }) => id === this.at?.execution);
    if (!execution) return html`<span class="muted">${t('pointAtCell')}</span>`;
    const { step } = this.at;
    const cell = step === undefined ? execution : execution.steps[step];
    return html`${t('executionN', execution.id)}, ${dateTime(execution.created)}${step === undefined ? nothing : html` · <strong><bdi>${step}</bdi></strong>`}:
      ${cell ? html`${statusIcon(cell.status)} ${statusWord(cell.status)}${cell.started ? html`, ${duration(took(cell))}` : nothing}` : t('didNotRun')}`;
  }
}
customElements.define('reprise-grid', Grid);
