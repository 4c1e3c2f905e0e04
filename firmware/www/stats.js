/** The few numbers above the chart. */

import { rowOf } from "./chart/rows.js";
import { quarterClock } from "./chart/quarters.js";
import { measuredEnergy } from "./csv.js";
import { make, replace } from "./chart/elements.js";
import { byId } from "./dom.js";

/** @typedef {import("./chart/chart-model.js").QuarterDocument} QuarterDocument */
/** @typedef {import("./chart/chart-model.js").QuarterRow} QuarterRow */
/** @typedef {import("./live.js").Live} Live */
/** @typedef {import("./speech.js").Speech} Speech */
/** @typedef {{id: string, name: string, value: string, kind?: string}} Stat */

const NOTHING = "–";

/**
 * Those of the running quarter.
 *
 * @param {Live} live
 * @param {Speech} speech
 * @returns {Stat[]}
 */
export function runningStats({ quarter, meter, peak }, speech) {
  const { formats } = speech;
  const row = quarter && rowOf(quarter);
  const net = netWatt(quarter, meter);
  const injecting = net !== null && net < 0;
  return [
    {
      id: "now",
      name: speech.say(injecting ? "injectionNow" : "offtakeNow"),
      value: net === null ? NOTHING : formats.power(Math.abs(net)),
      kind: injecting ? "injection" : "offtake",
    },
    { id: "average", name: speech.say("averageSoFar"), value: row ? formats.power(row.consumed) : NOTHING },
    {
      id: "energy",
      name: speech.say("energySoFar"),
      value: row ? formats.energy(measuredEnergy(row.consumed, row.intervals)) : NOTHING,
    },
    { id: "peak", name: speech.say("monthPeak"), value: peak ? formats.power(peak.power) : NOTHING },
  ];
}

/**
 * Offtake less injection now, in W: of the last telegram, or else of the last interval.
 *
 * @param {QuarterDocument | null} quarter
 * @param {any} meter
 */
export function netWatt(quarter, meter) {
  if (meter?.consumed_power !== undefined) return meter.consumed_power - (meter.produced_power ?? 0);
  const up = quarter?.consumed_power_interval_avgs ?? [];
  const last = up.length - 1;
  return quarter && last >= 0 ? (up[last] ?? 0) + (quarter.produced_power_interval_avgs[last] ?? 0) : null;
}

/**
 * Those of a stored quarter.
 *
 * @param {QuarterDocument} quarter
 * @param {Speech} speech
 * @returns {Stat[]}
 */
export function quarterStats(quarter, speech) {
  const { formats } = speech;
  const row = rowOf(quarter);
  return [
    { id: "average", name: speech.say("average"), value: formats.power(row.consumed), kind: "offtake" },
    { id: "highest", name: speech.say("highest"), value: formats.power(row.consumedMost) },
    {
      id: "energy",
      name: speech.say("energy"),
      value: formats.energy(measuredEnergy(row.consumed, row.intervals)),
    },
    {
      id: "injected",
      name: speech.say("injectedEnergy"),
      value: formats.energy(measuredEnergy(row.produced, row.intervals)),
    },
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
export function dayStats(rows, quarters, speech) {
  if (!rows.length) return [];
  const { formats } = speech;
  const sum = (/** @type {number[]} */ values) => values.reduce((total, value) => total + value, 0);
  const highest = rows.reduce((best, row) => (row.consumed > best.consumed ? row : best));
  const taken = sum(rows.map((row) => measuredEnergy(row.consumed, row.intervals)));
  const given = sum(rows.map((row) => measuredEnergy(row.produced, row.intervals)));
  return [
    { id: "energy", name: speech.say("energy"), value: formats.energy(taken, 2), kind: "offtake" },
    { id: "injected", name: speech.say("injectedEnergy"), value: formats.energy(given, 2) },
    {
      id: "highest",
      name: `${speech.say("highestQuarter")} ${quarterClock(highest.id)}`,
      value: formats.power(highest.consumed),
    },
    { id: "quarters", name: speech.say("quarters"), value: `${rows.length} / ${quarters}` },
  ];
}

/**
 * Show them.
 *
 * @param {Stat[]} stats
 */
export function showStats(stats) {
  const parts = stats.map(({ id, name, value, kind }) =>
    make("div", { id: `stat-${id}`, ...(kind ? { class: kind } : {}) }, make("dt", {}, name), make("dd", {}, value)),
  );
  replace(byId("stats"), ...parts);
}
