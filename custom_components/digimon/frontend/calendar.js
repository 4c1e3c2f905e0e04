/** What one needs to walk through days and files; the running quarter needs none of it (`quarters.js`). */

import {
  DAY_SECONDS,
  FIRST_YEAR,
  HOUR_SECONDS,
  QUARTER_SECONDS,
  dayOf,
  dayPath,
  isSummer,
  midnight,
  offset,
  quarterAt,
  quarterClock,
  quarterIsSummer,
  quarterStart,
} from "./quarters.js";

/** @typedef {import("./quarters.js").Day} Day */

/**
 * The quarter that follows so many others.
 *
 * @param {number} id
 * @param {number} [steps] how many quarters later, negative for earlier
 */
export function laterQuarter(id, steps = 1) {
  return quarterAt(quarterStart(id) + steps * QUARTER_SECONDS);
}

/**
 * How the card names a quarter: `1845W`, with S in summer and W in winter.
 *
 * @param {number} id
 */
export function quarterLabel(id) {
  return quarterClock(id).replace(":", "") + (quarterIsSummer(id) ? "S" : "W");
}

/**
 * Where a quarter is on the board.
 *
 * @param {number} id
 */
export function quarterPath(id) {
  return `/meter/${dayPath(dayOf(id))}/${quarterLabel(id)}.json`;
}

/**
 * The date of a text such as `2026/01/15` or `2026-01-15`, null when there is no such day.
 *
 * @param {string} text
 * @returns {Day | null}
 */
export function dayOfText(text) {
  const found = /^(\d{4})[/-](\d{2})[/-](\d{2})$/.exec(text);
  if (!found) return null;
  const [year, month, day] = found.slice(1).map(Number);
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day && year >= FIRST_YEAR
    ? { year, month, day }
    : null;
}

/**
 * The quarter of a day with a label, null when it has none: `0245S` on the last Sunday of March.
 *
 * @param {Day} day
 * @param {string} label
 * @returns {number | null}
 */
export function quarterOfLabel(day, label) {
  return dayQuarters(day).find((id) => quarterLabel(id) === label) ?? null;
}

/**
 * The date so many days later.
 *
 * @param {Day} day
 * @param {number} days negative for earlier
 * @returns {Day}
 */
export function laterDay(day, days) {
  const date = new Date((midnight(day) + days * DAY_SECONDS) * 1000);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

/**
 * The instant of local midnight at which a day begins; no change of the clock comes near it.
 *
 * @param {Day} day
 */
export function dayStart(day) {
  return midnight(day) - offset(isSummer(midnight(day) - HOUR_SECONDS));
}

/**
 * The quarters of a day in order of time: 96, on the two days when the clock changes 92 or 100.
 *
 * @param {Day} day
 */
export function dayQuarters(day) {
  const quarters = [];
  const end = dayStart(laterDay(day, 1));
  for (let utc = dayStart(day); utc < end; utc += QUARTER_SECONDS) quarters.push(quarterAt(utc));
  return quarters;
}
