/** Why a step failed: the first line (for viewers the class of the exception), the whole stack trace on request for operators. */
import { html, nothing } from 'lit';
import { getText } from '../api.js';
import { t } from '../text.js';
import { actionButton } from './action-button.js';
import { Part } from './part.js';
import { problemBox } from './problem.js';
import { failure } from './value.js';

class StackTrace extends Part {
  static properties = { execution: {}, step: {}, text: { state: true }, problem: { state: true } };

  async #show() {
    try {
      this.text = await getText(`executions/${this.execution}/steps/${this.step.id}/stacktrace`);
      this.problem = undefined;
    } catch (failure) {
      if (failure.status === undefined) throw failure;
      this.problem = failure;
    }
  }

  render() {
    return html`<div class="failure">
      <h3><bdi>${this.step.name}</bdi></h3>
      <p class="failure-line">${failure(this.step.failure)}</p>
      ${this.text === undefined
        ? actionButton('stackTrace', t('showStackTrace'), { onClick: () => this.#show() })
        : html`<button @click=${() => (this.text = undefined)}>${t('hideStackTrace')}</button>
            <pre class="stack-trace" tabindex="0" role="group" aria-label=${t('stackTraceOf', this.step.name)} dir="ltr">${this.text}</pre>`}
      ${this.problem ? problemBox(this.problem) : nothing}
    </div>`;
  }
}
customElements.define('reprise-stack-trace', StackTrace);
