/** The few numbers above the card's chart, and what it says of the risk. */

import { rowOf } from "./chart-model.js";
import { filled } from "./chart-texts.js";
import { make, replace } from "./elements.js";
import { INTERVAL_SECONDS, dayOf, localTime, quarterClock } from "./quarters.js";

/** @typedef {import("./chart-model.js").QuarterDocument} QuarterDocument */
/** @typedef {import("./chart-model.js").QuarterRow} QuarterRow */
/** @typedef {import("./card-texts.js").CardTexts} CardTexts */
/** @typedef {import("./formats.js").Formats} Formats */
/** @typedef {{texts: CardTexts, formats: Formats}} Speech */
/** @typedef {{id: string, name: string, value: string, kind?: string}} Stat */

const NOTHING = "–";
const HOUR_SECONDS = 3600;

/**
 * Those of the running quarter.
 *
 * @param {any} live
 * @param {Speech} speech
 * @returns {Stat[]}
 */
export function runningStats({ live, quarter, forecast, month_peak }, { texts, formats }) {
  /** @param {number | null | undefined} watt */
  const power = (watt) => (watt === null || watt === undefined ? NOTHING : formats.power(watt));
  const net = live?.net_power ?? null;
  const injects = net !== null && net < 0;
  const average = quarter ? quarter.consumed_power_avg : null;
  const stats = [
    {
      id: "now",
      name: injects ? texts.injectionNow : texts.offtakeNow,
      value: power(net === null ? null : Math.abs(net)),
      kind: injects ? "injection" : "offtake",
    },
    { id: "average", name: texts.averageSoFar, value: power(average) },
  ];
  if (forecast) {
    const room = Math.max(0, forecast.headroom - (live?.consumed_power ?? 0));
    stats.push({ id: "expected", name: texts.expected, value: power(forecast.projected), kind: forecast.level ?? "" });
    stats.push({ id: "room", name: texts.room, value: power(room) });
  } else stats.push({ id: "peak", name: texts.monthPeak, value: power(month_peak?.power) });
  return stats;
}

/**
 * Those of a stored quarter.
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
  const highest = rows.reduce((best, row) => (row.consumed > best.consumed ? row : best));
  return [
    {
      id: "highest",
      name: `${texts.highestQuarter} ${quarterClock(highest.id)}`,
      value: formats.power(highest.consumed),
      kind: "offtake",
    },
    { id: "energy", name: texts.energy, value: formats.energy(sum((row) => energy(row.consumed, row.intervals)), 2) },
    { id: "injected", name: texts.injected, value: formats.energy(sum((row) => energy(row.produced, row.intervals)), 2) },
    { id: "quarters", name: texts.quarters, value: `${rows.length} / ${quarters}` },
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
 * Show them.
 *
 * @param {Element} list
 * @param {Stat[]} stats
 */
export function showStats(list, stats) {
  const parts = stats.map(({ id, name, value, kind }) =>
    make("div", { id: `stat-${id}`, ...(kind ? { class: kind } : {}) }, make("dt", {}, name), make("dd", {}, value)),
  );
  replace(list, ...parts);
}

/**
 * Show how likely it is that the running quarter costs money, how much, and until when it can be saved.
 *
 * @param {HTMLElement} place
 * @param {any} forecast
 * @param {Speech} speech
 */
export function showRisk(place, { level, cost, act_by }, { texts, formats }) {
  if (place.className !== level) place.className = level;
  const said = [];
  if (cost) {
    const euros = new Intl.NumberFormat(formats.locale, { style: "currency", currency: "EUR" }).format(cost);
    said.push(filled(texts.cost, { euros }));
  }
  if (act_by) said.push(filled(texts.actBy, { time: localTime(act_by).toISOString().slice(11, 16) }));
  const title = make("b", {}, texts.levels[/** @type {keyof CardTexts["levels"]} */ (level)]);
  replace(place, make("span", {}, title, ...(said.length ? [" ", make("small", {}, said.join(" · "))] : [])));
}

/**
 * The energy of the intervals that were measured, in Wh, in either direction.
 *
 * @param {number} watt their mean
 * @param {number} intervals how many
 */
function energy(watt, intervals) {
  return (Math.abs(watt) * intervals * INTERVAL_SECONDS) / HOUR_SECONDS;
}
