/** Marks on an axis of time that has passed. */

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const steps = [
  10, 20, 50, 100, 200, 500, second, 2 * second, 5 * second, 10 * second, 15 * second, 30 * second, minute, 2 * minute, 5 * minute, 10 * minute, 15 * minute,
  30 * minute, hour, 2 * hour, 3 * hour, 6 * hour, 12 * hour, day, 2 * day, 7 * day,
];

export function elapsedTicks(span, most) {
  const step = steps.find((candidate) => span / candidate <= most) ?? Math.ceil(span / most / day) * day;
  return Array.from({ length: Math.floor(span / step) + 1 }, (_, index) => index * step);
}
