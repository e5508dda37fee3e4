/** Marks on an axis of time that has passed. */

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const steps = [
  10, 20, 50, 100, 200, 500, second, 2 * second, 5 * second, 10 * second, 15 * second, 30 * second, minute, 2 * minute, 5 * minute, 10 * minute, 15 * minute,
  30 * minute, hour, 2 * hour, 3 * hour, 6 * hour, 12 * hour, day, 2 * day, 7 * day,
];

/** About how wide a text is drawn, in pixels: those of Korean are twice as wide as others. */
export function textWidth(text, size = 11) {
  let width = 0;
  for (const character of text) width += character >= '\u1100' ? size : size * 0.6;
  return width;
}

/** Where a label stands whose middle is to be at `x`, within the drawing; undefined where it would stand over the one before. */
export function within(x, width, from, to) {
  const left = Math.min(Math.max(x - width / 2, 0), to - width);
  return left < from ? undefined : left;
}

export function elapsedTicks(span, most) {
  const step = steps.find((candidate) => span / candidate <= most) ?? Math.ceil(span / most / day) * day;
  return Array.from({ length: Math.floor(span / step) + 1 }, (_, index) => index * step);
}
