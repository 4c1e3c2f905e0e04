/** The month peaks that the meter keeps, and the mean that the capacity tariff is paid on. */

import { dayOf, dayPath, localTime, quarterLabel } from "./chart/quarters.js";
import { byId, make, replace, write } from "./dom.js";

/** @typedef {import("./speech.js").Speech} Speech */

/**
 * @typedef {object} MonthPeak
 * @property {number} month months since the year 0
 * @property {number} power W
 * @property {number | null} id of the quarter
 * @property {boolean} counts whether it is one of the last 12 months
 */

// What a month counts for at least (VREG, capacity tariff).
export const FLOOR_WATT = 2500;
const COUNTED_MONTHS = 12;
const SHOWN_MONTHS = 13;

/**
 * The peaks of the running month and the 12 before it, as far as they are known, in order of time.
 *
 * A month without a time is one that the meter knows nothing of. The running month's peak is not one while the meter
 * still shows that of the month before.
 *
 * @param {any} meter the last telegram
 * @returns {MonthPeak[]}
 */
export function monthPeaks(meter) {
  const running = monthOf(localTime(meter.time));
  /** @type {Map<number, MonthPeak>} */
  const found = new Map();
  /** @param {number} month @param {number} power @param {number | null} id */
  const take = (month, power, id) => {
    if (month > running - SHOWN_MONTHS) found.set(month, { month, power, id, counts: month > running - COUNTED_MONTHS });
  };
  for (const { year, month, time, power, quarter_id } of meter.peaks ?? []) {
    const number = year * 12 + month - 1;
    if (time !== null && number < running) take(number, power, quarter_id);
  }
  const id = meter.peak?.quarter_id;
  if (id && dayOf(id).year * 12 + dayOf(id).month - 1 === running) take(running, meter.peak.power, id);
  return [...found.values()].sort((one, other) => one.month - other.month);
}

/** @param {Date} local */
function monthOf(local) {
  return local.getUTCFullYear() * 12 + local.getUTCMonth();
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

/**
 * Show them.
 *
 * @param {any} meter the last telegram, null when there is none
 * @param {Speech} speech
 */
export function showPeaks(meter, speech) {
  const peaks = meter ? monthPeaks(meter) : [];
  byId("peaks").hidden = !peaks.length;
  if (!peaks.length) return;
  const number = peaks.filter(({ counts }) => counts).length;
  write(byId("peaks-mean"), speech.formats.quantity(billedWatt(peaks) / 1000, "kW", 2));
  write(byId("peaks-months"), speech.say("peaksMean", { number }));
  const top = Math.max(FLOOR_WATT, ...peaks.map(({ power }) => power));
  byId("peak-bars").style.setProperty("--floor", String(FLOOR_WATT / top));
  const running = monthOf(localTime(meter.time));
  replace(byId("peak-bars"), ...peaks.map((peak) => bar(peak, top, peak.month === running, speech)));
}

/** @param {MonthPeak} peak @param {number} top @param {boolean} running @param {Speech} speech */
function bar({ month, power, id, counts }, top, running, speech) {
  const { formats } = speech;
  const first = { year: Math.floor(month / 12), month: (month % 12) + 1, day: 1 };
  const name = formats.day(first, { month: "long", year: "numeric" });
  const note = running ? `, ${speech.say("peaksSoFar")}` : counts ? "" : `, ${speech.say("peaksOld")}`;
  const label = `${name}: ${formats.power(power)}${note}`;
  const content = [
    make("span", { class: "value", "aria-hidden": "true" }, formats.number(power / 1000, 1)),
    make("span", { class: "bar", style: `--part: ${power / top}`, "aria-hidden": "true" }),
    make("span", { class: "month narrow", "aria-hidden": "true" }, formats.day(first, { month: "narrow" })),
    make("span", { class: "month wide", "aria-hidden": "true" }, formats.day(first, { month: "short" }).replace(".", "")),
  ];
  const attributes = { "aria-label": label, title: label };
  const kinds = [running ? "running" : "", counts ? "" : "old"].filter(Boolean).join(" ");
  const inside =
    id === null
      ? make("span", { ...attributes, role: "img" }, ...content)
      : make("a", { ...attributes, href: `#/${dayPath(dayOf(id))}/${quarterLabel(id)}` }, ...content);
  return make("li", kinds ? { class: kinds } : {}, inside);
}

/**
 * The levels that matter to a day: the peak of its month, and the least that a month counts for when it is higher.
 *
 * @param {import("./chart/quarters.js").Day} day
 * @param {import("./live.js").Live} live
 * @returns {{peak: number | null, target: number | null}}
 */
export function linesOf({ year, month }, { meter, peak }) {
  const number = year * 12 + month - 1;
  const known = meter ? monthPeaks(meter).find((other) => other.month === number)?.power : powerOf(peak, number);
  const running = meter && monthOf(localTime(meter.time)) === number;
  if (known === undefined) return { peak: null, target: running ? FLOOR_WATT : null };
  return { peak: known, target: known < FLOOR_WATT ? FLOOR_WATT : null };
}

/** @param {import("./live.js").Live["peak"]} peak @param {number} month */
function powerOf(peak, month) {
  return peak && dayOf(peak.quarter_id).year * 12 + dayOf(peak.quarter_id).month - 1 === month ? peak.power : undefined;
}
