/** The month peaks that the meter keeps, and the mean that the capacity tariff is paid on. */

import { billedWatt, lastPeaks } from "./chart/month-peaks.js";
import { quarterLabel } from "./chart/calendar.js";
import { FLOOR_WATT, dayOf, dayPath, localTime } from "./chart/quarters.js";
import { make, replace, write } from "./chart/elements.js";
import { byId } from "./dom.js";

/** @typedef {import("./chart/month-peaks.js").MonthPeak} MonthPeak */
/** @typedef {import("./speech.js").Speech} Speech */

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
  /** @type {{month: number, power: number, id: number | null}[]} */
  const found = [];
  for (const { year, month, time, power, quarter_id } of meter.peaks ?? []) {
    const number = year * 12 + month - 1;
    if (time !== null && number < running) found.push({ month: number, power, id: quarter_id });
  }
  const id = meter.peak?.quarter_id;
  if (id && meter.peak.power && dayOf(id).year * 12 + dayOf(id).month - 1 === running) found.push({ month: running, power: meter.peak.power, id });
  return lastPeaks(found, running);
}

/** @param {Date} local */
function monthOf(local) {
  return local.getUTCFullYear() * 12 + local.getUTCMonth();
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
  write(byId("peaks-months"), speech.say(number === 1 ? "peaksMeanOfOne" : "peaksMean", { number }));
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
