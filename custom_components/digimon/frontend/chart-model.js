/**
 * What the chart shows, made of the documents of the board; knows neither the screen nor a language. Days and months
 * are made in `chart-days.js`.
 *
 * Offtake is 0 or more, injection 0 or less, both in W. A slot is an interval of a quarter or a quarter of a day.
 */

import { QUARTER_INTERVALS } from "./quarters.js";

/** @typedef {import("./chart-reading.js").Words} Words */
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
 * @property {Telling | null} telling what is said in another way than of a quarter; null for a quarter
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
 * @typedef {object} Telling how a kind of chart is told, with the words of a language
 * @property {string[]} kinds what the legend names, but for gaps
 * @property {(words: Words, model: ChartModel, slot: number) => string} time when a slot begins
 * @property {(words: Words, model: ChartModel) => string} title name of the chart
 * @property {(words: Words, model: ChartModel) => string[][]} table
 * @property {(model: ChartModel, width: number) => {slot: number, text: string}[]} times for the lower edge
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
    telling: null,
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
export function offtakeOf(watt) {
  return watt !== null && watt >= 0 ? watt : null;
}

/** @param {number | null} watt */
export function injectionOf(watt) {
  return watt !== null && watt <= 0 ? watt : null;
}
