/** How fast an execution is, and how long it will still take, from what was measured of it. */
import { live } from './live.js';

/** Rates are those of the last half minute: steady enough to read, fresh enough to believe. */
const windowMillis = 30_000;
const leastMillis = 1500;

export function speed(execution) {
  const samples = live.samples(execution.id);
  const last = samples.at(-1);
  if (!last) return {};
  const first = samples.find((sample) => sample.at >= last.at - windowMillis);
  const millis = last.at - first.at;
  if (millis < leastMillis) return {};
  const rate = ((last.items - first.items) * 1000) / millis;
  const { done, total } = execution.progress ?? {};
  const pace = first.done === undefined || done === undefined ? 0 : ((last.done - first.done) * 1000) / millis;
  return { rate, left: pace > 0 && total !== undefined ? ((total - done) / pace) * 1000 : undefined };
}

/** 0…1, or undefined where nobody knows the total. */
export function share(progress) {
  if (!progress || progress.total === undefined || progress.done === undefined || progress.total <= 0) return undefined;
  return Math.min(1, Math.max(0, progress.done / progress.total));
}

/** Items per second between each two measurements. */
export function rates(id) {
  const samples = live.samples(id);
  return samples.slice(1).map((sample, index) => {
    const before = samples[index];
    return { at: sample.at, rate: ((sample.items - before.items) * 1000) / Math.max(1, sample.at - before.at) };
  });
}
