/**
 * A question before something is changed. It stays open until the server has answered, and shows a refusal; also if its action gives
 * `'stay'`, for a question in two parts. Without `confirm` there is nothing to say yes to.
 */
import { html, nothing } from 'lit';
import { t } from '../text.js';
import { Part, uniqueId } from './part.js';
import { problemBox } from './problem.js';

class Dialog extends Part {
  static properties = {
    title: { attribute: false },
    content: { attribute: false },
    confirm: { attribute: false },
    danger: { attribute: false },
    action: { attribute: false },
    busy: { state: true },
    problem: { state: true },
  };

  #id = uniqueId('dialog');

  get #dialog() {
    return this.querySelector('dialog');
  }

  async open() {
    this.problem = undefined;
    this.busy = false;
    this.requestUpdate();
    await this.updateComplete;
    this.#dialog.showModal();
  }

  close() {
    this.#dialog.close();
  }

  async #submit(event) {
    event.preventDefault();
    if (this.busy) return;
    this.busy = true;
    this.problem = undefined;
    try {
      if ((await this.action(new FormData(event.target, event.submitter))) !== 'stay') this.close();
    } catch (failure) {
      if (failure.status === undefined) throw failure;
      this.problem = failure;
    } finally {
      this.busy = false;
    }
  }

  render() {
    return html`<dialog aria-labelledby=${this.#id}>
      <form @submit=${this.#submit}>
        <h2 id=${this.#id}>${this.title}</h2>
        <div class="dialog-body">${this.content?.()}</div>
        ${this.problem ? problemBox(this.problem) : nothing}
        <div class="dialog-buttons">
          <button type="button" @click=${this.close}>${t('cancel')}</button>
          ${this.confirm === undefined
            ? nothing
            : html`<button class=${this.danger ? 'danger' : 'primary'} aria-disabled=${this.busy ? 'true' : nothing}>
            ${this.busy ? t('working') : this.confirm}
          </button>`}
        </div>
      </form>
    </dialog>`;
  }
}
customElements.define('reprise-dialog', Dialog);
