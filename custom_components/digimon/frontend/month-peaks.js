/** The month peaks that the capacity tariff is paid on. */

import { FLOOR_WATT } from "./quarters.js";

/**
 * @typedef {object} MonthPeak
 * @property {number} month months since the year 0
 * @property {number} power W
 * @property {number | null} id of the quarter
 * @property {boolean} counts whether it is one of the last 12 months
 */

const COUNTED_MONTHS = 12;
const SHOWN_MONTHS = 13;

/**
 * The running month and the 12 before it, as far as they are known, in order of time.
 *
 * @param {{month: number, power: number, id: number | null}[]} known
 * @param {number} running the month that goes on
 * @returns {MonthPeak[]}
 */
export function lastPeaks(known, running) {
  return known
    .filter(({ month }) => month > running - SHOWN_MONTHS && month <= running)
    .map((peak) => ({ ...peak, counts: peak.month > running - COUNTED_MONTHS }))
    .sort((one, other) => one.month - other.month);
}

/**
 * The power that the capacity tariff is paid on, in W.
 *
 * @param {MonthPeak[]} peaks
 */
export function billedWatt(peaks) {
  const counted = peaks.filter(({ counts }) => counts).map(({ power }) => Math.max(power, FLOOR_WATT));
  return counted.length ? counted.reduce((sum, watt) => sum + watt, 0) / counted.length : 0;
}
