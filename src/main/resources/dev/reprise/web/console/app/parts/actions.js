/** Stop, restart, abandon: each with a dialog that says what will happen. */
import { html, nothing } from 'lit';
import { post } from '../api.js';
import { go, href } from '../router.js';
import { t } from '../text.js';
import { actionButton } from './action-button.js';
import { changedSince, decisionBox, distributedSteps, stepPlans } from './decision.js';
import './dialog.js';
import { namesAndTexts, parameterRows } from './parameter-rows.js';
import { Part } from './part.js';
import { shortValue, value } from './value.js';

class Actions extends Part {
  /**
   * execution: with `actions`; decision: what a restart would do, where that is known; parameters: all of the execution's;
   * done: called after something was changed
   */
  static properties = { execution: {}, actions: {}, decision: {}, parameters: {}, done: { attribute: false } };

  #rows = [];

  #open(name) {
    this.querySelector(`[data-dialog=${name}]`).open();
  }

  render() {
    const { execution } = this;
    const { stop, restart, abandon, unavailable } = this.actions;
    const why = unavailable === undefined ? nothing : html`<p class="muted">${value(unavailable)}</p>`;
    if (!stop && !restart && !abandon) return why;
    return html`<div class="actions">
        ${restart ? actionButton('restart', t('restartAsk'), { kind: 'primary', onClick: () => this.#open('restart') }) : nothing}
        ${stop ? actionButton('stop', t('stopAsk'), { onClick: () => this.#open('stop') }) : nothing}
        ${abandon ? actionButton('abandon', t('abandonAsk'), { onClick: () => this.#open('abandon') }) : nothing}
      </div>${why}
      <reprise-dialog data-dialog="restart" .title=${t('restartTitle', execution.id)} .confirm=${t('restart')} .content=${() => this.#restart()}
        .action=${async (form) => {
          const started = await post(`executions/${execution.id}/restart`, { nonIdentifying: this.#changes(form), ...this.#waysOut(form) });
          this.done?.();
          go(href('executions', started.id));
        }}></reprise-dialog>
      <reprise-dialog data-dialog="stop" .title=${t('stopTitle', execution.id)} .confirm=${t('stop')} .danger=${true}
        .content=${() => html`<p>${t('stopWhat')}</p><p>${t('stopThen')}</p>${this.#asked()}`}
        .action=${async () => {
          await post(`executions/${execution.id}/stop`);
          this.done?.();
        }}></reprise-dialog>
      <reprise-dialog data-dialog="abandon" .title=${t('abandonTitle', execution.id)} .confirm=${t('abandon')} .danger=${true}
        .content=${() => html`<p>${t('abandonWhat')}</p><p>${t('abandonThen')}</p>`}
        .action=${async () => {
          await post(`executions/${execution.id}/abandon`);
          this.done?.();
        }}></reprise-dialog>`;
  }

  /** Whose node does it, if it is not done here. */
  #asked() {
    return this.actions.by === undefined ? nothing : html`<p>${t('askedOf', this.actions.by)}</p>`;
  }

  #restart() {
    const changeable = this.#changeable();
    return html`
      <p>${t('restartWhat')}</p>${this.#asked()}
      ${this.decision?.decision === 'RESTART' ? html`<div class="notice running">${stepPlans(this.decision.steps ?? [])}${distributedSteps(this.decision)}${changedSince(this.decision)}</div>` : this.decision ? decisionBox(this.decision) : nothing}
      ${this.decision?.acceptance === undefined ? nothing : html`<label class="check"><input type="checkbox" name="accept"><span>${t('acceptChange')}</span></label>`}
      ${this.#unfinished().map((step) => html`<label class="check"><input type="checkbox" name="anew" value=${step}><span>${t('startAnew', step)}</span></label>`)}
      <details ?open=${changeable.length > 0 && changeable.length < 3}>
        <summary>${t('changeParameters')}</summary>
        <p class="muted">${t('changeParametersWhat')}</p>
        ${changeable.map((parameter) => html`<label class="field"><bdi>${parameter.name}</bdi>
          <input name=${`p:${parameter.name}`} type=${parameter.secret ? 'password' : 'text'} value=${parameter.secret ? '' : parameter.value} placeholder=${parameter.secret ? t('unchanged') : nothing}
            autocomplete=${parameter.secret ? 'new-password' : 'off'} spellcheck="false" dir="auto"></label>`)}
        ${this.actions.by === undefined ? parameterRows(this.#rows, () => this.querySelector('[data-dialog=restart]').requestUpdate(), { identifying: false }) : html`<p class="muted">${t('parametersElsewhere')}</p>`}
      </details>
      <details><summary>${t('identifyingStay')}</summary>
        <ul class="plain">${(this.parameters ?? []).filter((parameter) => parameter.identifying).map((parameter) => html`<li><bdi>${parameter.name}</bdi> = ${shortValue(parameter.value)}</li>`)}</ul>
      </details>`;
  }

  /** The steps that a restart would go on with, and that may begin anew instead. */
  #unfinished() {
    return (this.execution.steps ?? []).filter(({ status }) => status !== 'COMPLETED').map(({ name }) => name);
  }

  #waysOut(form) {
    const anew = form.getAll('anew');
    return {
      ...(form.get('accept') === null ? {} : { acceptDefinition: this.decision.acceptance }),
      ...(anew.length ? { startAnew: anew } : {}),
    };
  }

  #changeable() {
    return (this.parameters ?? []).filter((parameter) => !parameter.identifying && parameter.change !== 'removed' && !(parameter.secret && this.actions.by !== undefined));
  }

  /** What differs from the values that the execution had. */
  #changes(form) {
    const changes = namesAndTexts(this.#rows);
    for (const parameter of this.#changeable()) {
      const text = form.get(`p:${parameter.name}`);
      if (parameter.secret ? text : text !== parameter.value) changes[parameter.name] = text;
    }
    return changes;
  }
}
customElements.define('reprise-actions', Actions);
