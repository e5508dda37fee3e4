/** The texts of the console, in English and Korean. */
import { en } from './text/en.js';
import { ko } from './text/ko.js';

const languages = { en, ko };
let current = 'en';

export function startLanguage() {
  let chosen;
  try {
    chosen = localStorage.getItem('reprise.language');
  } catch {
    // storage is forbidden here: the browser's language it is
  }
  setLanguage(Object.hasOwn(languages, chosen ?? '') ? chosen : navigator.language.startsWith('ko') ? 'ko' : 'en', false);
}

export function language() {
  return current;
}

export function setLanguage(chosen, remember = true) {
  current = chosen;
  document.documentElement.lang = chosen;
  if (remember) {
    try {
      localStorage.setItem('reprise.language', chosen);
    } catch {
      // for this page only, then
    }
  }
  dispatchEvent(new CustomEvent('reprise-language'));
}

/** The text of a key; those with values are functions of them. */
export function t(key, ...values) {
  const text = languages[current][key];
  return typeof text === 'function' ? text(...values.map(isolated)) : text;
}

const fromRightToLeft = /[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc]/;

/** A name that runs from right to left must not turn the sentence around it. */
function isolated(value) {
  return typeof value === 'string' && fromRightToLeft.test(value) ? `\u2068${value}\u2069` : value;
}
