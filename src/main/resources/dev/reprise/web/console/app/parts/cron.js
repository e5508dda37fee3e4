/** Cron expressions in words: those that most people write. */
import { language, t } from '../text.js';

const names = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** @returns undefined for what is better read as it is written */
export function cronWords(cron) {
  const [minute, hour, day, month, week] = cron.trim().split(/[ \t]+/);
  const days = daysOf(day, week);
  if (days === undefined || month !== '*') return undefined;
  if (isNumber(minute) && /^\d+(,\d+)*$/.test(hour)) {
    const hours = hour.split(',').map(Number).sort((one, other) => one - other);
    return t('cron.at', days, listOf(hours.map((each) => `${two(each)}:${two(minute)}`)));
  }
  if (hour !== '*') return undefined;
  if (isNumber(minute)) return t('cron.hourly', days, Number(minute));
  const [all, step = 1] = /^\*(?:\/(\d+))?$/.exec(minute) ?? [];
  return all && 60 % step === 0 ? t('cron.minutely', days, Number(step)) : undefined;
}

function isNumber(field) {
  return /^\d+$/.test(field);
}

/** @returns a text, which is empty for all days, or `undefined` */
function daysOf(day, week) {
  if (day === '*' && week === '*') return '';
  if (week === '*') return isNumber(day) ? t('cron.dayOfMonth', Number(day)) : undefined;
  return day === '*' ? daysOfWeek(week) : undefined;
}

function daysOfWeek(field) {
  const days = new Set();
  for (const part of field.toLowerCase().split(',')) {
    const ends = part.split('-').map((end) => (names.includes(end) ? names.indexOf(end) : /^[0-7]$/.test(end) ? Number(end) : NaN));
    if (ends.length > 2 || ends.some(Number.isNaN)) return undefined;
    const [first, last = first] = ends;
    for (let each = first; each <= (last === 0 && first > 0 ? 7 : last); each++) days.add(each || 7);
  }
  const sorted = [...days].sort();
  const [first] = sorted;
  const last = sorted.at(-1);
  if (sorted.length === 7) return '';
  return sorted.length > 2 && last - first === sorted.length - 1 ? t('cron.fromTo', weekday(first), weekday(last)) : listOf(sorted.map(weekday));
}

/** Monday is 1. */
function weekday(number) {
  return new Intl.DateTimeFormat(language(), { weekday: 'long', timeZone: 'UTC' }).format(Date.UTC(2001, 0, number)); // which began on a Monday
}

function listOf(texts) {
  return new Intl.ListFormat(language(), { type: 'conjunction' }).format(texts);
}

function two(value) {
  return String(value).padStart(2, '0');
}
