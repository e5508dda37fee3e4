/** What is known of a schedule, on one line of facts. */
import { html, nothing } from 'lit';
import { about, ago, dateTime, fromNow, zoneTime } from '../format.js';
import { serverNow } from '../api.js';
import { href } from '../router.js';
import { t } from '../text.js';
import { cronWords } from './cron.js';
import { statusBadge, statusWord } from './status.js';
import { shortValue, value } from './value.js';

/** So long after it was due a tick is launched in time: nodes look at it within a minute. */
const inTimeMillis = 60_000;

const shownFaults = 10;

/** A nominal time, which is a local one: `2026-11-29T03:00`. */
export function nominalText(nominal) {
  return nominal.slice(0, 16).replace('T', ' ');
}

export function isBroken({ faults }) {
  return faults.length > 0;
}

/** @returns for how long a tick should have been launched that is not, in milliseconds; undefined if there is none */
export function lateness({ next, last, pause }) {
  if (pause) return undefined;
  const due = last && ['DUE', 'WAITING'].includes(last.state) ? last.due : next;
  const late = due === undefined ? 0 : serverNow() - Date.parse(due);
  return late > inTimeMillis ? late : undefined;
}

export function scheduleTags(schedule) {
  const late = lateness(schedule);
  return html`${isBroken(schedule) ? html`<span class="tag error">${t('cannotBeUsed')}</span>` : nothing}
    ${schedule.pause ? html`<span class="tag warn">${t('paused')}</span>` : nothing}
    ${late === undefined ? nothing : html`<span class="tag warn">${t('late', about(late))}</span>`}`;
}

/** @param ticks those of which something is known, where that was read: somebody may have skipped or run the next one */
export function scheduleFacts(schedule, ticks = []) {
  if (isBroken(schedule)) return faults(schedule.faults);
  return html`<dl class="facts schedule-facts">
      <div><dt>${t('when')}</dt><dd>${when(schedule)}</dd></div>
      <div><dt>${t('nextTick')}</dt><dd>${next(schedule, ticks)}</dd></div>
      <div><dt>${t('lastTick')}</dt><dd>${last(schedule)}</dd></div>
    </dl>
    ${schedule.pause ? paused(schedule.pause) : nothing}`;
}

function faults(all) {
  return html`<div class="notice failed">
    <ul>${all.slice(0, shownFaults).map((fault) => html`<li>${value(fault)}</li>`)}</ul>
    ${all.length > shownFaults ? html`<p>${t('more', all.length - shownFaults)}</p>` : nothing}
    <p>${t('cannotBeUsedWhat')}</p>
  </div>`;
}

function when({ cron, zone }) {
  const words = cronWords(cron);
  return html`${words === undefined ? nothing : html`${words}<br>`}<code>${shortValue(cron)}</code> <span class="muted">${zone}</span>`;
}

function next({ next: due, zone, pause }, ticks) {
  if (due === undefined) return html`<span class="muted">${t('noNextTick')}</span>`;
  const known = ticks.find((tick) => tick.due === due && tick.state !== 'DUE');
  return html`<time datetime=${due} title="${dateTime(due)} · ${due} (UTC)">${zoneTime(due, zone)}</time><br>
    <span class="muted">${known ? t('decidedAlready', statusWord(known.state)) : pause ? t('skippedWhilePaused') : fromNow(due) ?? t('notLaunchedYet')}</span>`;
}

function last({ last: tick }) {
  if (!tick) return html`<span class="muted">${t('noTickYet')}</span>`;
  const late = tick.execution === undefined ? 0 : Date.parse(tick.changed) - Date.parse(tick.due);
  return html`${nominalText(tick.nominal)} ${statusBadge(tick.state)}
    ${tick.execution === undefined ? nothing : html`<br><a href=${href('executions', tick.execution)}>${t('executionN', tick.execution)}</a>`}
    ${late > inTimeMillis ? html`<span class="muted">${t('launchedLate', about(late))}</span>` : nothing}
    ${tick.why === undefined ? nothing : html`<br><span class="muted">${value(tick.why)}</span>`}`;
}

function paused({ by, at, why }) {
  return html`<p class="schedule-paused">${t('pausedBy', by, dateTime(at), ago(at))}${why === '' ? nothing : html`: ${value(why)}`}</p>`;
}
