/** The REST API. Everything that fails is a Problem, whose `detail` is fit to be shown. */
import { t } from './text.js';

const base = new URL('api/', document.baseURI);

/** How far the server's clock is ahead of this computer's, in milliseconds. */
let ahead = 0;

export function serverNow() {
  return Date.now() + ahead;
}

export class Problem extends Error {
  constructor(fields) {
    super(fields.detail);
    Object.assign(this, fields);
  }
}

export function url(path, query = {}) {
  const result = new URL(path, base);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') result.searchParams.set(name, value);
  }
  return result;
}

/** One segment of a path: names of jobs may contain anything. */
export function segment(name) {
  return encodeURIComponent(name);
}

async function answer(path, query, options) {
  let response;
  try {
    response = await fetch(url(path, query), { ...options, credentials: 'same-origin', redirect: 'manual' });
  } catch (failure) {
    if (failure.name === 'AbortError') throw failure;
    throw new Problem({ type: 'about:blank', title: t('unreachable'), status: 0, detail: t('unreachableDetail') });
  }
  const date = Date.parse(response.headers.get('Date'));
  if (!Number.isNaN(date)) {
    // The header has whole seconds: half a second is as good a guess as any, and small changes are noise.
    const difference = date + 500 - Date.now();
    if (Math.abs(difference - ahead) > 2000) ahead = Math.abs(difference) > 2000 ? difference : 0;
  }
  if (response.status === 401 || response.type === 'opaqueredirect' || isPage(response)) return loginEnded();
  if (loggedOut.since) become(undefined);
  if (response.ok) return response;
  throw new Problem(await problem(response));
}

/** A form login may answer with its page instead of 401. */
function isPage(response) {
  return response.headers.get('Content-Type')?.startsWith('text/html') && response.ok;
}

async function problem(response) {
  const known = { type: 'about:blank', title: `HTTP ${response.status}`, status: response.status };
  try {
    const fields = await response.json();
    return { ...known, ...fields, detail: fields.detail ?? fields.title ?? known.title };
  } catch {
    return { ...known, detail: t('oddAnswer', response.status) };
  }
}

/** Since when nobody is logged in any more, or `undefined`. */
export const loggedOut = { since: undefined };

let wasLoggedIn = false;

function become(since) {
  loggedOut.since = since;
  dispatchEvent(new CustomEvent('reprise-logged-out'));
}

/** Who had logged in keeps what is shown, and is told: a screen on a wall says more than a login, and another window may log in. */
function loginEnded() {
  if (!wasLoggedIn) return logIn();
  if (!loggedOut.since) become(serverNow());
  throw new Problem({ type: 'urn:reprise:unauthenticated', title: t('notLoggedIn'), status: 401, detail: t('notLoggedIn') });
}

/** From now on the end of the login is told, and does not take the screen away. */
export function isLoggedIn(user) {
  wasLoggedIn = true;
  remember(user);
}

/** For the login page, should it come without having been asked for (see public/login.js). */
function remember(user) {
  try {
    if (user === undefined) sessionStorage.removeItem('reprise.user');
    else sessionStorage.setItem('reprise.user', user);
  } catch {
    // storage is forbidden here
  }
}

/**
 * Loads the page anew, which leads to the login and from there back to the same screen, though the application's own login page
 * may know nothing of screens. Never returns an answer.
 */
export function logIn() {
  try {
    if (location.hash.length > 2) sessionStorage.setItem('reprise.screen', location.hash);
  } catch {
    // storage is forbidden here
  }
  location.reload();
  return new Promise(() => {});
}

export async function get(path, query, signal) {
  const response = await answer(path, query, { headers: { Accept: 'application/json' }, signal });
  return response.json();
}

export async function getText(path, query, signal) {
  const response = await answer(path, query, { headers: { Accept: 'text/plain, application/problem+json' }, signal });
  return response.text();
}

export async function post(path, body = {}, signal) {
  const response = await answer(path, {}, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
    body: JSON.stringify(body),
    signal,
  });
  return response.json();
}

export async function remove(path) {
  await answer(path, {}, { method: 'DELETE', headers: { 'Content-Type': 'application/json', Accept: 'application/json' } });
}

export async function logOut() {
  await answer('session', {}, { method: 'DELETE', headers: { 'Content-Type': 'application/json' } });
  remember(undefined);
  location.hash = '';
  location.reload();
}
