/** The few numbers above the card's chart of what is over. */

import { HOUR_SECONDS, INTERVAL_SECONDS, QUARTER_INTERVALS, dayOf, quarterClock } from "./quarters.js";
import { rowOf } from "./rows.js";

/** @typedef {import("./card-past.js").PastSpeech} Speech */
/** @typedef {import("./card-stats.js").Stat} Stat */
/** @typedef {import("./chart-model.js").QuarterDocument} QuarterDocument */
/** @typedef {import("./chart-model.js").QuarterRow} QuarterRow */

/**
 * The few numbers above a stored quarter.
 *
 * @param {QuarterDocument} quarter
 * @param {Speech} speech
 * @returns {Stat[]}
 */
export function quarterStats(quarter, { texts, formats }) {
  const row = rowOf(quarter);
  return [
    { id: "average", name: texts.average, value: formats.power(row.consumed), kind: "offtake" },
    { id: "highest", name: texts.highest, value: formats.power(row.consumedMost) },
    { id: "energy", name: texts.energy, value: formats.energy(energy(row.consumed, row.intervals)) },
    { id: "injected", name: texts.injected, value: formats.energy(energy(row.produced, row.intervals)) },
  ];
}

/**
 * Those of a day.
 *
 * @param {QuarterRow[]} rows
 * @param {number} quarters how many the day has
 * @param {Speech} speech
 * @returns {Stat[]}
 */
export function dayStats(rows, quarters, { texts, formats }) {
  if (!rows.length) return [];
  const sum = (/** @type {(row: QuarterRow) => number} */ value) => rows.reduce((total, row) => total + value(row), 0);
  const heard = rows.filter(({ intervals }) => intervals);
  const highest = heard.reduce((best, row) => (row.consumed > best.consumed ? row : best), rows[0]);
  return [
    {
      id: "highest",
      name: `${texts.highestQuarter} ${quarterClock(highest.id)}`,
      value: formats.power(highest.consumed),
      kind: "offtake",
    },
    { id: "energy", name: texts.energy, value: formats.energy(sum((row) => energy(row.consumed, row.intervals)), 2) },
    { id: "injected", name: texts.injected, value: formats.energy(sum((row) => energy(row.produced, row.intervals)), 2) },
    { id: "quarters", name: texts.quarters, value: `${heard.length} / ${quarters}` },
  ];
}

/**
 * Those of a month.
 *
 * @param {{id: number, power: number}[]} peaks of its days
 * @param {Speech} speech
 * @returns {Stat[]}
 */
export function monthStats(peaks, { texts, formats }) {
  if (!peaks.length) return [];
  const highest = peaks.reduce((best, peak) => (peak.power > best.power ? peak : best));
  const day = formats.day(dayOf(highest.id), { day: "numeric", month: "short" }).replace(/\.$/, "");
  return [
    {
      id: "highest",
      name: `${texts.highestQuarter} ${day} ${quarterClock(highest.id)}`,
      value: formats.power(highest.power),
      kind: "offtake",
    },
    { id: "days", name: texts.days, value: String(peaks.length) },
  ];
}

/**
 * The energy of the intervals that were measured, in Wh, in either direction.
 *
 * @param {number} watt their mean
 * @param {number} intervals how many; with none, what the registers told of the quarter
 */
function energy(watt, intervals) {
  return (Math.abs(watt) * (intervals || QUARTER_INTERVALS) * INTERVAL_SECONDS) / HOUR_SECONDS;
}
