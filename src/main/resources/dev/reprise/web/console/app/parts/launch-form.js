/**
 * Launches a job. The form is made from the job's parameter schema; without one it has free rows. While it is filled in, the server
 * is asked what a launch would do, so that the button holds no surprise.
 */
import { html, nothing } from 'lit';
import { post, segment } from '../api.js';
import { go, href } from '../router.js';
import { may } from '../session.js';
import { t } from '../text.js';
import { actionButton } from './action-button.js';
import { decisionBox } from './decision.js';
import { emptyRow, namesAndTexts, parameterRows } from './parameter-rows.js';
import { Part, uniqueId } from './part.js';
import { problemBox } from './problem.js';
import { value } from './value.js';

const pauseMillis = 350;

class LaunchForm extends Part {
  static properties = {
    job: {},
    decision: { state: true },
    asking: { state: true },
    problem: { state: true },
    launching: { state: true },
    next: { state: true },
    dispatch: { state: true },
  };

  #id = uniqueId('launch');
  #values = new Map();
  #touched = false;
  #rows = [emptyRow()];
  #accepted;
  #timer;
  #abort;

  connectedCallback() {
    super.connectedCallback();
    this.#explain();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
    this.#abort?.abort();
  }

  get #properties() {
    return Object.entries(this.job.schema?.properties ?? {}).filter(([, schema]) => typeof schema === 'object');
  }

  #request() {
    const parameters = {};
    const nonIdentifying = {};
    if (this.job.schema) {
      for (const [name, schema] of this.#properties) {
        const text = this.#values.get(name) ?? '';
        if (text !== '') (identifies(schema) ? parameters : nonIdentifying)[name] = text;
      }
    } else {
      Object.assign(parameters, namesAndTexts(this.#rows.filter((row) => row.identifying)));
      Object.assign(nonIdentifying, namesAndTexts(this.#rows.filter((row) => !row.identifying)));
    }
    return { parameters, nonIdentifying, ...(this.next ? { next: true } : {}), ...(this.dispatch ? { dispatch: true } : {}), ...(this.#accepted ? { acceptDefinition: this.#accepted } : {}) };
  }

  #changed(accepted) {
    this.#accepted = accepted;
    this.#touched = true;
    this.requestUpdate();
    this.problem = undefined;
    this.asking = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#explain(), pauseMillis);
  }

  async #explain() {
    this.#abort?.abort();
    const abort = new AbortController();
    this.#abort = abort;
    this.asking = true;
    try {
      const decision = await post(`jobs/${segment(this.job.name)}/explain`, this.#request(), abort.signal);
      if (abort.signal.aborted) return;
      this.decision = decision;
      this.problem = undefined;
    } catch (failure) {
      if (abort.signal.aborted) return;
      if (failure.status === undefined) throw failure;
      this.decision = undefined;
      this.problem = failure;
    }
    this.asking = false;
  }

  async #launch(event) {
    event.preventDefault();
    if (this.launching || !may('launch') || this.decision?.decision === 'REFUSE') return;
    this.launching = true;
    this.problem = undefined;
    try {
      const execution = await post(`jobs/${segment(this.job.name)}/executions`, this.#request());
      go(href('executions', execution.id));
    } catch (failure) {
      if (failure.status === undefined) throw failure;
      this.problem = failure;
    } finally {
      this.launching = false;
    }
  }

  render() {
    const faults = new Map((this.problem?.faults ?? this.decision?.faults ?? []).map((fault) => [fault.parameter, fault.message]));
    const label = this.launching ? t('launching') : this.decision?.decision === 'RESTART' ? t('restartExecutionN', this.decision.executionId) : t('launch');
    return html`<form class="launch" @submit=${this.#launch} novalidate>
      ${this.job.schema ? this.#properties.map(([name, schema]) => this.#field(name, schema, faults.get(name))) : this.#free()}
      ${this.job.schema && !this.#properties.length ? html`<p class="muted">${t('takesNoParameters')}</p>` : nothing}
      <label class="check"><input type="checkbox" .checked=${Boolean(this.next)} @change=${(event) => {
        this.next = event.target.checked;
        this.#changed();
      }}><span>${t('numberTheRun')}</span></label>
      <label class="check"><input type="checkbox" aria-describedby="${this.#id}-any-node" .checked=${Boolean(this.dispatch)} @change=${(event) => {
        this.dispatch = event.target.checked;
        this.#changed();
      }}><span>${t('onAnyNode')}</span></label>
      <p class="hint" id="${this.#id}-any-node">${t('onAnyNodeWhat')}</p>
      <div class="decision" aria-live="polite" aria-busy=${this.asking ? 'true' : 'false'}>
        ${this.problem ? problemBox(this.problem) : this.#decided()}
      </div>
      ${actionButton('launch', label, { kind: 'primary', type: 'submit', refused: this.decision?.decision === 'REFUSE' })}
    </form>`;
  }

  #decided() {
    if (!this.decision) return html`<div class="notice"><p>${t('asking')}</p></div>`;
    // Nobody has done anything wrong yet.
    if (this.decision.refusal === 'INVALID_PARAMETERS' && !this.#touched) return html`<div class="notice"><p>${t('fillIn')}</p></div>`;
    const { acceptance } = this.decision;
    return html`${decisionBox(this.decision)}${acceptance === undefined ? nothing : html`<p><button type="button" @click=${() => this.#changed(acceptance)}>${t('acceptChange')}</button></p>`}`;
  }

  #free() {
    return html`<p class="muted">${t('noSchema')}</p>${parameterRows(this.#rows, () => this.#changed())}`;
  }

  #field(name, schema, fault) {
    const id = `${this.#id}-${name}`;
    const required = this.job.schema.required?.includes(name);
    const set = (event) => {
      this.#values.set(name, event.target.value);
      this.#changed();
    };
    // What is missing is said, but not shouted before anything was typed.
    const loud = fault !== undefined && (this.#values.get(name) ?? '') !== '';
    return html`<div class="field">
      <label for=${id}><bdi>${schema.title ?? name}</bdi>${schema.title ? html` <code><bdi>${name}</bdi></code>` : nothing}
        <span class="tags">${required ? html`<span class="tag">${t('required')}</span>` : nothing}<span class="tag ${identifies(schema) ? '' : 'faint'}">${identifies(schema) ? t('identifies') : t('doesNotIdentify')}</span></span></label>
      ${this.#input(id, name, schema, set, loud)}
      ${schema.description ? html`<p class="hint" id="${id}-hint">${value(schema.description)}</p>` : html`<span id="${id}-hint"></span>`}
      <p class="fault ${loud ? 'loud' : ''}" id="${id}-fault">${fault === undefined || !this.#touched ? nothing : value(fault)}</p>
    </div>`;
  }

  #input(id, name, schema, set, loud) {
    const described = `${id}-hint ${id}-fault`;
    const choices = schema.enum ?? (schema.type === 'boolean' ? [true, false] : undefined);
    const standard = schema.default === undefined ? undefined : String(schema.default);
    if (choices) {
      return html`<select id=${id} name=${name} aria-describedby=${described} aria-invalid=${loud ? 'true' : nothing} @change=${set}>
        <option value="">${standard === undefined ? t('notGiven') : t('defaultIs', standard)}</option>
        ${choices.map((choice) => html`<option value=${String(choice)}>${String(choice)}</option>`)}
      </select>`;
    }
    const type = schema.writeOnly ? 'password' : schema.format === 'date' ? 'date' : 'text';
    return html`<input id=${id} name=${name} type=${type} inputmode=${schema.type === 'integer' ? 'numeric' : schema.type === 'number' ? 'decimal' : nothing}
      placeholder=${standard === undefined ? nothing : t('defaultIs', standard)} autocomplete=${schema.writeOnly ? 'new-password' : 'off'} autocapitalize="none" spellcheck="false" dir="auto"
      aria-describedby=${described} aria-required=${this.job.schema.required?.includes(name) ? 'true' : nothing} aria-invalid=${loud ? 'true' : nothing} @input=${set}>`;
  }
}
customElements.define('reprise-launch-form', LaunchForm);

/** Secrets never identify, whatever the schema says beside that. */
function identifies(schema) {
  return schema['x-identifying'] !== false && schema.writeOnly !== true;
}
