/**
 * What the chart shows, made of the documents of the board; knows neither the screen nor a language.
 *
 * Offtake is 0 or more, injection 0 or less, both in W. A slot is an interval of a quarter or a quarter of a day.
 */

import { QUARTER_INTERVALS, dayQuarters, dayStart, laterDay, quarterAt, quarterStart } from "./quarters.js";

/** @typedef {import("./quarters.js").Day} Day */
/** @typedef {(number | null)[]} Values one per slot, null where nothing was measured */

/**
 * @typedef {object} QuarterDocument as the board answers it
 * @property {number} quarter_id
 * @property {number} consumed_power_avg
 * @property {Values} consumed_power_interval_avgs
 * @property {Values} produced_power_interval_avgs
 */

/**
 * @typedef {object} QuarterRow one quarter of a day
 * @property {number} id
 * @property {number} intervals how many of 180 have a value
 * @property {number} consumed mean offtake
 * @property {number} consumedMost highest interval
 * @property {number} produced mean injection
 * @property {number} producedMost interval with most injection
 */

/**
 * @typedef {object} DayDocument
 * @property {Day} day
 * @property {QuarterRow[]} rows those that are known, in any order
 * @property {number} [until] utc up to which a quarter without a row is a gap; by default none is
 */

/**
 * @typedef {object} MonthDocument
 * @property {number} year
 * @property {number} month from 1
 * @property {{id: number, power: number}[]} peaks highest quarter of each day that is known, and its mean offtake
 * @property {number} [until] utc up to which a day without a peak is a gap; by default none is
 */

/**
 * @typedef {object} ChartModel
 * @property {"quarter" | "day" | "month"} kind
 * @property {number[]} ids the quarters that are shown; of a month, the first ones of its days
 * @property {(number | null)[]} [peaks] of a month, the highest quarters of its days
 * @property {number} slots
 * @property {Values} up offtake
 * @property {Values} down injection
 * @property {Values} upMost highest offtake in each slot; empty when a slot has one value only
 * @property {Values} downMost
 * @property {number} known before this slot, one without a value is a gap
 * @property {number} running the slot that goes on, -1 when none does
 * @property {number | null} average mean offtake
 */

/**
 * A quarter's intervals.
 *
 * @param {QuarterDocument | null} document null, or without an id, before the first telegram
 * @param {boolean} running whether the quarter goes on
 * @returns {ChartModel}
 */
export function quarterModel(document, running) {
  const shown = document?.quarter_id === undefined ? null : document;
  const up = (shown?.consumed_power_interval_avgs ?? []).map(offtakeOf);
  const down = (shown?.produced_power_interval_avgs ?? []).map(injectionOf);
  return {
    kind: "quarter",
    ids: shown ? [shown.quarter_id] : [],
    slots: QUARTER_INTERVALS,
    up,
    down,
    upMost: [],
    downMost: [],
    known: running ? up.length : shown ? QUARTER_INTERVALS : 0,
    running: running ? up.length - 1 : -1,
    average: shown && up.some((value) => value !== null) ? shown.consumed_power_avg : null,
  };
}

/** @type {{key: string, ids: number[]}} */
let lastDay = { key: "", ids: [] };

/**
 * A day's quarters.
 *
 * @param {DayDocument} document
 * @returns {ChartModel}
 */
export function dayModel({ day, rows, until = 0 }) {
  // A day is drawn again with each of its quarters that comes.
  const key = Object.values(day).join();
  if (lastDay.key !== key) lastDay = { key, ids: dayQuarters(day) };
  const { ids } = lastDay;
  const byId = new Map(rows.map((row) => [row.id, row]));
  /** @param {(row: QuarterRow) => number} value @returns {Values} */
  const values = (value) =>
    ids.map((id) => {
      const row = byId.get(id);
      return row && row.intervals > 0 ? value(row) : null;
    });
  const known = ids.findIndex((id) => quarterStart(id) >= until);
  return {
    kind: "day",
    ids,
    slots: ids.length,
    up: values((row) => row.consumed),
    down: values((row) => row.produced),
    upMost: values((row) => row.consumedMost),
    downMost: values((row) => row.producedMost),
    known: known < 0 ? ids.length : known,
    running: -1,
    average: null,
  };
}

/**
 * The highest quarters of a month's days.
 *
 * @param {MonthDocument} document
 * @returns {ChartModel}
 */
export function monthModel({ year, month, peaks, until = 0 }) {
  const ids = [];
  for (let day = { year, month, day: 1 }; day.month === month; day = laterDay(day, 1)) ids.push(quarterAt(dayStart(day)));
  // The bits of an id above those of the quarter are its date.
  const byDay = new Map(peaks.map((peak) => [peak.id >> 8, peak]));
  const known = ids.findIndex((id) => quarterStart(id) >= until);
  return {
    kind: "month",
    ids,
    peaks: ids.map((id) => byDay.get(id >> 8)?.id ?? null),
    slots: ids.length,
    up: ids.map((id) => byDay.get(id >> 8)?.power ?? null),
    down: [],
    upMost: [],
    downMost: [],
    known: known < 0 ? ids.length : known,
    running: -1,
    average: null,
  };
}

/**
 * A quarter as one row of a day.
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

/**
 * The values that are there.
 *
 * @param {Values} values
 * @returns {number[]}
 */
export function numbers(values) {
  return /** @type {number[]} */ (values.filter((value) => value !== null));
}

/**
 * How many slots before the last known one have no value.
 *
 * @param {ChartModel} model
 */
export function gaps(model) {
  let number = 0;
  for (let slot = 0; slot < model.known; slot++) if (isGap(model, slot)) number++;
  return number;
}

/**
 * Whether a slot should have a value and has none.
 *
 * @param {ChartModel} model
 * @param {number} slot
 */
export function isGap(model, slot) {
  return slot < model.known && (model.up[slot] ?? null) === null;
}

// The original firmware wraps around above 32,767 W: a value with the wrong sign is none.

/** @param {number | null} watt */
function offtakeOf(watt) {
  return watt !== null && watt >= 0 ? watt : null;
}

/** @param {number | null} watt */
function injectionOf(watt) {
  return watt !== null && watt <= 0 ? watt : null;
}
