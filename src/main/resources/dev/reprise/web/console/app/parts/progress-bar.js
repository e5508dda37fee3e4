/** How far something is: percent, of what, how fast, how long still. */
import { html, nothing } from 'lit';
import { about, number, percent, rate } from '../format.js';
import { share, speed } from '../progress.js';
import { t } from '../text.js';
import { vars } from './part.js';

export function progressBar(execution) {
  const { progress } = execution;
  const done = share(progress);
  const { rate: perSecond, left } = speed(execution);
  const of = progress && done !== undefined ? t('ofTotal', number(progress.total), progress.unit ?? t('unknownUnit')) : t('noTotal');
  return html`<div class="progress">
    <div class="bar ${done === undefined ? 'endless' : ''}" role="progressbar" aria-label=${t('progressOf', execution.id)}
      aria-valuemin="0" aria-valuemax="100" aria-valuenow=${done === undefined ? nothing : Math.floor(done * 100)}
      aria-valuetext=${done === undefined ? t('noTotal') : `${percent(done)} ${of}`}
      ${vars({ '--share': done ?? 0 })}><div></div></div>
    <p class="progress-of">${done === undefined ? nothing : html`<strong>${percent(done)}</strong> `}<bdi>${of}</bdi></p>
    <dl class="facts">
      <div><dt>${t('itemsRead')}</dt><dd>${progress ? number(progress.items) : '–'}</dd></div>
      <div><dt>${t('rate')}</dt><dd>${!progress ? '–' : perSecond === undefined ? t('measuring') : t('perSecond', rate(perSecond))}</dd></div>
      <div><dt>${t('timeLeft')}</dt><dd title=${left === undefined ? t('noBasisWhy') : nothing}>${left === undefined ? t('noBasis') : t('aboutTime', about(left))}</dd></div>
      ${progress?.step ? html`<div><dt>${t('step')}</dt><dd><bdi>${progress.step}</bdi></dd></div>` : nothing}
    </dl>
  </div>`;
}
