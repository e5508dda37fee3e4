/** Pause, resume, run, skip, backfill: each with a dialog that says what will happen. */
import { html, nothing } from 'lit';
import { get, post, segment, serverNow } from '../api.js';
import { fromNow, zoneTime } from '../format.js';
import { go, href } from '../router.js';
import { may, roleFor } from '../session.js';
import { t } from '../text.js';
import './dialog.js';
import { Part, uniqueId } from './part.js';
import { problemBox } from './problem.js';
import { nominalText } from './schedule.js';
import { statusIcon, statusWord } from './status.js';
import { value } from './value.js';

/** Jobs that remove history are an administrator's, whatever is done with them. */
const purges = ['reprise-purge', 'reprise-purge-daily'];

/** So many ticks to come are offered. */
const offered = 10;

const dayMillis = 86_400_000;

const actIcons = { launch: 'STARTING', restart: 'STARTED', repeat: 'STARTED', leave: 'SKIPPED' };

/** How many ticks a plan launches, restarts or repeats. */
function launches(plan) {
  return plan?.items.filter(({ act }) => act !== 'leave').length ?? 0;
}

class ScheduleActions extends Part {
  /** backfills: whether it has a backfill; told: the screen says which role is needed; done: called after something was changed, with what it was */
  static properties = { schedule: {}, backfills: {}, told: {}, done: { attribute: false }, asking: { state: true }, outlook: { state: true }, plan: { state: true }, said: { state: true } };

  #hint = uniqueId('needs-role');
  #reads = false;

  #address(what) {
    return `schedules/${segment(this.schedule.job)}/${what}`;
  }

  #needed(action) {
    return purges.includes(this.schedule.job) ? 'purge' : action;
  }

  /** What the dialog is about is read before it opens, so that the keyboard begins at its first field. */
  async #ask(action) {
    if (this.#reads) return;
    this.#reads = true;
    try {
      if (action === 'run' || action === 'skip') this.outlook = await get(this.#address('explain'), { limit: offered });
    } catch (failure) {
      if (failure.status === undefined) throw failure;
      this.outlook = { problem: failure };
    } finally {
      this.#reads = false;
    }
    this.plan = undefined;
    this.said = undefined;
    this.asking = action;
    await this.updateComplete;
    this.querySelector('form').reset();
    this.querySelector('reprise-dialog').open();
  }

  render() {
    const asks = this.#asks();
    const refused = ['pause', 'run', 'skip'].find((action) => !may(this.#needed(action)));
    return html`<div class="actions">
        ${this.schedule.pause ? this.#button('resume', t('resumeAsk')) : this.#button('pause', t('pauseAsk'))}
        ${this.#button('run', t('runTickAsk'))}
        ${this.#button('skip', t('skipTickAsk'))}
        ${this.backfills ? this.#button('backfill', t('backfillAsk'), true) : nothing}
      </div>
      ${refused ? html`<span class=${this.told ? 'visually-hidden' : 'hint'} id=${this.#hint}>${t('schedulesNeedRole', roleFor(this.#needed(refused)))}</span>` : nothing}
      <span class="hint" role="status">${this.said}</span>
      <reprise-dialog .title=${asks.title} .confirm=${asks.confirm} .content=${asks.content} .action=${asks.action}></reprise-dialog>`;
  }

  /** One template for all, so that the keyboard stays where a pause becomes a resumption. */
  #button(action, label, anybody = may(this.#needed(action))) {
    return html`<button type="button" class="small" aria-disabled=${anybody ? nothing : 'true'} aria-describedby=${anybody ? nothing : this.#hint}
      @click=${() => anybody && this.#ask(action)}>${label}<span class="visually-hidden"> ${this.schedule.job}</span></button>`;
  }

  #asks() {
    const { job } = this.schedule;
    switch (this.asking) {
      case 'pause':
        return {
          title: t('pauseTitle', job),
          confirm: t('pause'),
          content: () => html`<p>${t('pauseWhat')}</p>${this.#why()}`,
          action: (form) => this.#acts('pause', { why: form.get('why') }),
        };
      case 'resume':
        return { title: t('resumeTitle', job), confirm: t('resume'), content: () => html`<p>${t('resumeWhat')}</p>`, action: () => this.#acts('resume') };
      case 'run':
        return this.#asksForTick(t('runTickTitle', job), t('runTick'), t('runTickWhat'), ['WAITING', 'DUE', 'FAILED'], async (form) => {
          const execution = await this.#acts('run', { tick: form.get('tick') });
          go(href('executions', execution.id));
        });
      case 'skip':
        return this.#asksForTick(t('skipTickTitle', job), t('skipTick'), t('skipTickWhat'), ['WAITING', 'DUE'], async (form) => {
          const { nominal } = await this.#acts('skip', { tick: form.get('tick'), why: form.get('why') });
          this.said = t('tickSkipped', nominalText(nominal));
        }, this.#why());
      case 'backfill':
        return {
          title: t('backfillTitle', job),
          confirm: launches(this.plan) && may(this.#needed('backfill')) ? t('backfillN', launches(this.plan)) : undefined,
          content: () => this.#backfill(),
          action: (form) => this.#backfills(form),
        };
      default:
        return {};
    }
  }

  async #acts(what, body) {
    const answer = await post(this.#address(what), body);
    this.done?.(what);
    return answer;
  }

  #why() {
    return html`<label class="field">${t('whyEverybodySees')}<textarea name="why" rows="2" maxlength="1000" dir="auto"></textarea></label>`;
  }

  /** @param states which ticks that have come up can be chosen, beside those to come */
  #asksForTick(title, confirm, what, states, action, more = nothing) {
    const { problem, unfinished = [], coming = [] } = this.outlook;
    const known = unfinished.filter(({ state }) => states.includes(state));
    const ticks = [
      ...known.map(({ nominal, state }) => ({ nominal, about: statusWord(state) })),
      ...coming
        .filter(({ nominal, skippedBecause }) => skippedBecause === undefined && !unfinished.some((tick) => tick.nominal === nominal))
        .map(({ nominal, due }) => ({ nominal, about: fromNow(due) })),
    ];
    return {
      title,
      confirm: ticks.length ? confirm : undefined,
      content: () =>
        problem
          ? problemBox(problem)
          : html`<p>${what}</p>
            ${ticks.length
              ? html`<label class="field">${t('tickOf', this.schedule.zone)}<select name="tick">
                  ${ticks.map(({ nominal, about }) => html`<option value=${nominal}>${nominalText(nominal)}${about === undefined ? nothing : ` · ${about}`}</option>`)}
                </select></label>${more}`
              : html`<p><strong>${t('noSuchTick')}</strong></p>`}`,
      action,
    };
  }

  #backfill() {
    const { zone } = this.schedule;
    const local = (millis) => zoneTime(millis, zone).replace(' ', 'T');
    const now = serverNow();
    return html`<p>${t('backfillWhat')}</p>
      <div class="backfill-fields" @input=${() => (this.plan = undefined)}>
        <label class="field">${t('fromTick', zone)}<input type="datetime-local" name="from" required value=${`${local(now - 7 * dayMillis).slice(0, 10)}T00:00`}></label>
        <label class="field">${t('toTick', zone)}<input type="datetime-local" name="to" required value=${`${local(now).slice(0, 10)}T23:59`}></label>
        <label class="field">${t('whichTicks')}<select name="what">${['missing', 'failed', 'all'].map((what) => html`<option value=${what}>${t(`ticks.${what}`)}</option>`)}</select></label>
        <label class="field">${t('order')}<select name="order">${['oldest-first', 'newest-first'].map((order) => html`<option value=${order}>${t(`order.${order}`)}</option>`)}</select></label>
        <label class="field">${t('atOnce')}<input type="number" name="atOnce" required min="1" max="1000" value="1"></label>
      </div>
      <button class="backfill-plan-it" name="dryRun" value="true">${t('backfillPlan')}</button>
      <div role="status">${this.plan ? html`<p><strong>${this.#sum()}</strong></p>` : nothing}</div>
      ${this.plan?.items.length
        ? html`<ol class="plans backfill-plan" tabindex="0" aria-label=${t('whatWouldHappen')}>${this.plan.items.map(({ nominal, act, why }) => html`<li>
            ${statusIcon(actIcons[act])}<div><strong>${nominalText(nominal)}</strong> ${t(`act.${act}`)}: <span class="muted">${value(why)}</span></div></li>`)}</ol>`
        : nothing}
      ${launches(this.plan) && !may(this.#needed('backfill')) ? html`<p class="hint">${t('needsRole', roleFor(this.#needed('backfill')))}</p>` : nothing}`;
  }

  #sum() {
    const { items } = this.plan;
    const of = (wanted) => items.filter(({ act }) => act === wanted).length;
    return items.length ? t('backfillSum', of('launch'), of('restart'), of('repeat'), of('leave')) : t('backfillNone');
  }

  /** Says what would happen, or does it. */
  async #backfills(form) {
    const { dryRun, ...fields } = Object.fromEntries(form);
    const body = { ...fields, atOnce: Number(fields.atOnce) };
    if (dryRun === undefined) {
      const done = await this.#acts('backfill', { ...body, dryRun: false });
      this.said = t('backfilled', launches(done));
      return undefined;
    }
    this.plan = undefined;
    this.plan = await post(this.#address('backfill'), { ...body, dryRun: true });
    return 'stay';
  }
}
customElements.define('reprise-schedule-actions', ScheduleActions);
