/** Who is logged in, and what the roles permit. */
import { get, isLoggedIn } from './api.js';

const needed = {
  launch: ['batch-operator', 'batch-admin'],
  stop: ['batch-operator', 'batch-admin'],
  restart: ['batch-operator', 'batch-admin'],
  pause: ['batch-operator', 'batch-admin'],
  resume: ['batch-operator', 'batch-admin'],
  run: ['batch-operator', 'batch-admin'],
  skip: ['batch-operator', 'batch-admin'],
  backfill: ['batch-operator', 'batch-admin'],
  acknowledge: ['batch-operator', 'batch-admin'],
  log: ['batch-operator', 'batch-admin'],
  stackTrace: ['batch-operator', 'batch-admin'],
  abandon: ['batch-admin'],
  purge: ['batch-admin'],
  audit: ['batch-admin'],
  lift: ['batch-admin'],
};

export const session = { me: undefined };

export async function loadSession() {
  session.me = await get('me');
  isLoggedIn(session.me.user);
}

export function may(action) {
  return needed[action].some((role) => session.me?.roles.includes(role));
}

/** The role to ask an administrator for. */
export function roleFor(action) {
  return needed[action][0];
}
