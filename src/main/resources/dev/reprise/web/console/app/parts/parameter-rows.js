/** Parameters with free names, as a job without a schema takes them. */
import { html, nothing } from 'lit';
import { live } from 'lit/directives/live.js';
import { t } from '../text.js';

export function emptyRow() {
  return { name: '', value: '', identifying: true };
}

/**
 * @param rows are changed in place
 * @param changed is called after each change
 */
export function parameterRows(rows, changed, { identifying = true } = {}) {
  const set = (row, field) => (event) => {
    row[field] = field === 'identifying' ? event.target.checked : event.target.value;
    changed();
  };
  return html`<div class="parameter-rows">
    ${rows.map((row, index) => html`<fieldset class="parameter-row">
      <legend class="visually-hidden">${t('parameterN', index + 1)}</legend>
      <label><span>${t('name')}</span><input .value=${live(row.name)} @input=${set(row, 'name')} maxlength="100" autocomplete="off" autocapitalize="none" spellcheck="false" dir="auto"></label>
      <label><span>${t('value')}</span><input .value=${live(row.value)} @input=${set(row, 'value')} autocomplete="off" autocapitalize="none" spellcheck="false" dir="auto"></label>
      ${identifying ? html`<label class="check"><input type="checkbox" .checked=${live(row.identifying)} @change=${set(row, 'identifying')}><span>${t('identifies')}</span></label>` : nothing}
      <button type="button" class="small" aria-label=${t('removeParameterN', index + 1)} @click=${() => {
        rows.splice(index, 1);
        changed();
      }}>✕</button>
    </fieldset>`)}
    <button type="button" class="small" @click=${() => {
      rows.push({ ...emptyRow(), identifying });
      changed();
    }}>${t('addParameter')}</button>
  </div>`;
}

/** The rows that have a name, as names and texts. */
export function namesAndTexts(rows) {
  return Object.fromEntries(rows.filter(({ name }) => name !== '').map(({ name, value }) => [name, value]));
}
