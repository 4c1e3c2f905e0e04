/**
 * Quarters and days by the meter's clock, which shows the time of Brussels.
 *
 * A quarter has the id of the original firmware: (year - 2000) << 24 | month << 16 | day << 8 | summer << 7 | quarter
 * of the day, all local at its start. An instant (`utc`) is a number of seconds since 1970. Nothing here asks the
 * browser for its time zone: a meter is read from abroad as well.
 *
 * @typedef {{year: number, month: number, day: number}} Day a local date; the month counts from 1
 */

export const INTERVAL_SECONDS = 5;
export const QUARTER_SECONDS = 900;
export const QUARTER_INTERVALS = QUARTER_SECONDS / INTERVAL_SECONDS;

const SUMMER_BIT = 0x80;
const HOUR_SECONDS = 3600;
const DAY_SECONDS = 86400;
const FIRST_YEAR = 2000;

/**
 * The instant at which a date would begin if its clock showed UTC.
 *
 * @param {Day} day
 */
function midnight({ year, month, day }) {
  return Date.UTC(year, month - 1, day) / 1000;
}

/**
 * When the clock changes in a month of 31 days: its last Sunday, 01:00 UTC (Directive 2000/84/EC).
 *
 * @param {number} year
 * @param {number} month
 */
function change(year, month) {
  const last = new Date(Date.UTC(year, month - 1, 31));
  return last.getTime() / 1000 - last.getUTCDay() * DAY_SECONDS + HOUR_SECONDS;
}

/**
 * Whether Brussels has summer time at an instant.
 *
 * @param {number} utc
 */
export function isSummer(utc) {
  const year = new Date(utc * 1000).getUTCFullYear();
  return change(year, 3) <= utc && utc < change(year, 10);
}

/** @param {boolean} summer */
function offset(summer) {
  return summer ? 2 * HOUR_SECONDS : HOUR_SECONDS;
}

/**
 * The local date and time of an instant, in the fields of a Date in UTC.
 *
 * @param {number} utc
 * @param {boolean} [summer] what the meter says; by default the rule of `isSummer`
 */
export function localTime(utc, summer = isSummer(utc)) {
  return new Date((utc + offset(summer)) * 1000);
}

/**
 * The quarter that contains an instant.
 *
 * @param {number} utc
 */
export function quarterAt(utc) {
  const summer = isSummer(utc);
  const local = localTime(utc, summer);
  const quarter = local.getUTCHours() * 4 + Math.floor(local.getUTCMinutes() / 15);
  const year = local.getUTCFullYear() - FIRST_YEAR;
  return (
    ((year << 24) | ((local.getUTCMonth() + 1) << 16) | (local.getUTCDate() << 8) | quarter) +
    (summer ? SUMMER_BIT : 0)
  );
}

/**
 * The local date that a quarter belongs to.
 *
 * @param {number} id
 * @returns {Day}
 */
export function dayOf(id) {
  return { year: FIRST_YEAR + (id >> 24), month: (id >> 16) & 0xff, day: (id >> 8) & 0xff };
}

/**
 * Whether a quarter is in summer time.
 *
 * @param {number} id
 */
export function quarterIsSummer(id) {
  return (id & SUMMER_BIT) !== 0;
}

/**
 * The instant at which a quarter begins.
 *
 * @param {number} id
 */
export function quarterStart(id) {
  return midnight(dayOf(id)) + (id & 0x7f) * QUARTER_SECONDS - offset(quarterIsSummer(id));
}

/**
 * The quarter that follows so many others.
 *
 * @param {number} id
 * @param {number} [steps] how many quarters later, negative for earlier
 */
export function laterQuarter(id, steps = 1) {
  return quarterAt(quarterStart(id) + steps * QUARTER_SECONDS);
}

/** @param {number} number */
const two = (number) => String(number).padStart(2, "0");

/**
 * The local time so many seconds after a quarter's start, `18:45` or, when it is not on a minute, `18:45:05`.
 *
 * @param {number} id
 * @param {number} [second]
 */
export function quarterClock(id, second = 0) {
  const time = (id & 0x7f) * QUARTER_SECONDS + second;
  const text = `${two(Math.floor(time / HOUR_SECONDS) % 24)}:${two(Math.floor(time / 60) % 60)}`;
  return time % 60 ? `${text}:${two(time % 60)}` : text;
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
 * A date as the card's folders name it: `2026/01/15`.
 *
 * @param {Day} day
 */
export function dayPath({ year, month, day }) {
  return `${year}/${two(month)}/${two(day)}`;
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
