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

// What a month peak counts for at least, in W (VREG, capacity tariff).
export const FLOOR_WATT = 2500;

const SUMMER_BIT = 0x80;
export const HOUR_SECONDS = 3600;
export const DAY_SECONDS = 86400;
export const FIRST_YEAR = 2000;

/**
 * The instant at which a date would begin if its clock showed UTC.
 *
 * @param {Day} day
 */
export function midnight({ year, month, day }) {
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
export function offset(summer) {
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
 * A date as the card's folders name it: `2026/01/15`.
 *
 * @param {Day} day
 */
export function dayPath({ year, month, day }) {
  return `${year}/${two(month)}/${two(day)}`;
}
