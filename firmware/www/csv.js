/** A day or a quarter as a table for a spreadsheet. */

import { quarterLabel } from "./chart/calendar.js";
import { INTERVAL_SECONDS, dayOf, dayPath, localTime, quarterIsSummer, quarterStart } from "./chart/quarters.js";

/** @typedef {import("./chart/chart-model.js").QuarterDocument} QuarterDocument */
/** @typedef {import("./chart/chart-model.js").QuarterRow} QuarterRow */
/** @typedef {{name: string, text: string}} File */

const HOUR_SECONDS = 3600;

/**
 * A day, one line per quarter.
 *
 * @param {QuarterRow[]} rows in order of time
 * @param {string} separator what a spreadsheet of the reader's language expects between two values
 * @returns {File}
 */
export function dayFile(rows, separator) {
  const head = ["start", "intervals", "offtake_mean_W", "offtake_highest_W", "offtake_Wh"];
  head.push("injection_mean_W", "injection_highest_W", "injection_Wh");
  const lines = rows.map((row) => [
    stamp(row.id),
    row.intervals,
    row.consumed,
    row.consumedMost,
    Math.round(measuredEnergy(row.consumed, row.intervals)),
    Math.abs(row.produced),
    Math.abs(row.producedMost),
    Math.round(measuredEnergy(row.produced, row.intervals)),
  ]);
  return { name: `digimon-${fileDay(rows[0].id)}.csv`, text: table([head, ...lines], separator) };
}

/**
 * A quarter, one line per interval.
 *
 * @param {QuarterDocument} document
 * @param {string} separator
 * @returns {File}
 */
export function quarterFile(document, separator) {
  const lines = document.consumed_power_interval_avgs.map((watt, interval) => {
    const produced = document.produced_power_interval_avgs[interval];
    return [stamp(document.quarter_id, interval * INTERVAL_SECONDS), watt ?? "", produced === null ? "" : Math.abs(produced)];
  });
  const name = `digimon-${fileDay(document.quarter_id)}-${quarterLabel(document.quarter_id)}.csv`;
  return { name, text: table([["start", "offtake_W", "injection_W"], ...lines], separator) };
}

/**
 * The energy of the intervals that were measured, in Wh, in either direction.
 *
 * @param {number} watt their mean
 * @param {number} intervals how many
 */
export function measuredEnergy(watt, intervals) {
  return (Math.abs(watt) * intervals * INTERVAL_SECONDS) / HOUR_SECONDS;
}

/** @param {number} id */
function fileDay(id) {
  return dayPath(dayOf(id)).replace(/\//g, "-");
}

/**
 * Local time with its distance to UTC, so that the hour that comes twice is told apart.
 *
 * @param {number} id
 * @param {number} [second]
 */
function stamp(id, second = 0) {
  const summer = quarterIsSummer(id);
  return localTime(quarterStart(id) + second, summer).toISOString().slice(0, 19) + (summer ? "+02:00" : "+01:00");
}

/** @param {(string | number)[][]} lines @param {string} separator */
function table(lines, separator) {
  return lines.map((line) => line.join(separator) + "\r\n").join("");
}

/**
 * Give a file to the person.
 *
 * @param {File} file
 */
export function download({ name, text }) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), HOUR_SECONDS);
}
