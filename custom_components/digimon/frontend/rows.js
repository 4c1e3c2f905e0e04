/** A quarter as one row of a day. */

import { injectionOf, numbers, offtakeOf } from "./chart-model.js";

/** @typedef {import("./chart-model.js").QuarterDocument} QuarterDocument */
/** @typedef {import("./chart-model.js").QuarterRow} QuarterRow */

/**
 * The row of a quarter.
 *
 * @param {QuarterDocument} document
 * @returns {QuarterRow}
 */
export function rowOf(document) {
  const up = numbers(document.consumed_power_interval_avgs.map(offtakeOf));
  const down = numbers(document.produced_power_interval_avgs.map(injectionOf));
  return {
    id: document.quarter_id,
    intervals: up.length,
    consumed: document.consumed_power_avg,
    consumedMost: Math.max(0, ...up),
    produced: down.length ? Math.trunc(down.reduce((sum, watt) => sum + watt, 0) / down.length) : 0,
    producedMost: Math.min(0, ...down),
  };
}
