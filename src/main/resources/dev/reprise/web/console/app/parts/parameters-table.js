/** All parameters of an execution, and what is different from the execution before. */
import { html, nothing } from 'lit';
import { href } from '../router.js';
import { t } from '../text.js';
import { value } from './value.js';

export function parametersTable(parameters, previous) {
  if (!parameters.length) return html`<p class="muted">${t('noParametersWhy')}</p>`;
  const changes = parameters.filter(({ change }) => change).length;
  return html`
    ${previous === undefined ? nothing : html`<p class="muted">${t('comparedWith')} <a href=${href('executions', previous)}>${t('executionN', previous)}</a>: ${changes ? t('differences', changes) : t('noDifferences')}</p>`}
    <div class="table-scroll" tabindex="0" role="group" aria-label=${t('parameters')}><table class="rows stack" role="table">
      <caption class="visually-hidden">${t('parameters')}</caption>
      <thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">${t('name')}</th><th scope="col" role="columnheader">${t('value')}</th><th scope="col" role="columnheader"><span class="visually-hidden">${t('details')}</span></th></tr></thead>
      <tbody role="rowgroup">${parameters.map((parameter) => html`<tr role="row" class=${parameter.change ?? ''}>
        <th scope="row" role="rowheader"><bdi class="value">${parameter.name}</bdi></th>
        <td role="cell" class="wide">${parameter.change === 'removed' ? html`<s class="muted">${value(parameter.previous ?? parameter.value)}</s>` : value(parameter.value)}
          ${parameter.change === 'changed' && parameter.previous !== undefined ? html`<div class="muted">${t('before')} ${value(parameter.previous)}</div>` : nothing}</td>
        <td role="cell"><span class="tags">${parameter.change ? html`<span class="tag warn">${t(`change.${parameter.change}`)}</span>` : nothing}<span class="tag ${parameter.identifying ? '' : 'faint'}">${parameter.identifying ? t('identifies') : t('doesNotIdentify')}</span>${parameter.secret ? html`<span class="tag">${t('secret')}</span>` : nothing}</span></td>
      </tr>`)}</tbody>
    </table></div>`;
}
