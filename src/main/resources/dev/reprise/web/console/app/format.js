/** Numbers, times and durations as people read them. */
import { language, t } from './text.js';
import { serverNow } from './api.js';

let formats = {};

function numbers() {
  if (formats.language !== language()) {
    formats = {
      language: language(),
      whole: new Intl.NumberFormat(language(), { maximumFractionDigits: 0 }),
      small: new Intl.NumberFormat(language(), { maximumFractionDigits: 1 }),
    };
  }
  return formats;
}

export function number(value) {
  return numbers().whole.format(value);
}

export function rate(value) {
  return value < 10 ? numbers().small.format(value) : numbers().whole.format(value);
}

export function percent(share) {
  // 100 % is only what is done.
  return `${share >= 1 ? 100 : Math.min(99, Math.floor(share * 100))} %`;
}

export function duration(millis) {
  const seconds = Math.max(0, millis) / 1000;
  if (millis > 0 && millis < 1000) return t('millis', Math.round(millis));
  if (seconds < 10) return t('seconds', numbers().small.format(Math.round(seconds * 10) / 10));
  if (seconds < 60) return t('seconds', Math.floor(seconds));
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 < 1 ? t('minutes', minutes) : t('minutesSeconds', minutes, Math.floor(seconds % 60));
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? t('hours', hours) : t('hoursMinutes', hours, minutes % 60);
  return hours % 24 === 0 ? t('days', hours / 24) : t('daysHours', Math.floor(hours / 24), hours % 24);
}

/** A duration without a second unit that would pretend to know. */
export function about(millis) {
  const seconds = Math.max(1, Math.round(millis / 1000));
  if (seconds < 60) return t('seconds', seconds);
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return t('minutes', minutes);
  const hours = Math.round(minutes / 60);
  return hours < 48 ? t('hours', hours) : t('days', Math.round(hours / 24));
}

export function ago(time) {
  const millis = serverNow() - Date.parse(time);
  return millis < 5000 ? t('justNow') : t('ago', about(millis));
}

/** From its start, or its creation while it waits for a thread, to its end or now. */
export function took(execution) {
  const start = Date.parse(execution.started ?? execution.created);
  return (execution.ended ? Date.parse(execution.ended) : serverNow()) - start;
}

/** @returns undefined for what is not to come */
export function fromNow(time) {
  const millis = Date.parse(time) - serverNow();
  return millis < 0 ? undefined : t('inTime', about(millis));
}

const two = (value) => String(value).padStart(2, '0');

/** As a field for a date and a time of this computer takes it, in whole minutes. */
export function localInput(date) {
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** In this computer's time zone, in an order that nobody can misread. */
export function dateTime(time) {
  const date = new Date(time);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

const clocks = new Map();

/** What the clocks of a time zone show, in whole minutes; those of this computer if the browser does not know the zone. */
export function zoneTime(time, zone) {
  if (!clocks.has(zone)) clocks.set(zone, clock(zone));
  const parts = Object.fromEntries(clocks.get(zone).formatToParts(new Date(time)).map(({ type, value }) => [type, value]));
  return `${parts.year}-${parts.month}-${parts.day} ${parts.hour}:${parts.minute}`;
}

function clock(timeZone) {
  const shown = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
  try {
    return new Intl.DateTimeFormat('en', { ...shown, timeZone });
  } catch {
    return new Intl.DateTimeFormat('en', shown);
  }
}
