/** What a screen is about: the job, the parameters that tell its runs apart, and how it stands. */
import { html, nothing } from 'lit';
import { statusBadge } from './status.js';
import { parametersLine, shortValue } from './value.js';

/** @param status undefined where nothing ran */
export function subjectHeading(job, parameters, status) {
  return html`<h1>${shortValue(job, 80)}${Object.keys(parameters).length ? html` <span class="h1-params">${parametersLine(parameters, 3)}</span>` : nothing}${status === undefined ? nothing : html` ${statusBadge(status)}`}</h1>`;
}
