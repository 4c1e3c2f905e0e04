/** The last 13 month peaks as bars, the mean that is paid on, and what it costs. */

import { filled } from "./chart-texts.js";
import { make, replace, write } from "./elements.js";
import { lastPeaks } from "./month-peaks.js";
import { FLOOR_WATT } from "./quarters.js";

/** @typedef {import("./card-past.js").PastSpeech} Speech */
/** @typedef {import("./month-peaks.js").MonthPeak} MonthPeak */

/**
 * What Home Assistant tells.
 *
 * @typedef {object} Peaks
 * @property {{month: string, power: number, quarter_id: number | null, counts: boolean}[]} peaks
 * @property {{power: number, months: number, cost_month: number | null} | null} billed
 */

/** Before it told. @type {Peaks} */
export const NO_PEAKS = { peaks: [], billed: null };

/**
 * Show them.
 *
 * @param {HTMLElement} place
 * @param {Peaks} told
 * @param {import("./quarters.js").Day} today
 * @param {Speech} speech
 */
export function showPeaks(place, { peaks: known, billed }, today, speech) {
  const { texts, formats } = speech;
  const running = today.year * 12 + today.month - 1;
  const inOrder = known.map(({ month, power, quarter_id, counts }) => {
    const [year, number] = month.split("-").map(Number);
    return { month: year * 12 + number - 1, power, id: quarter_id, counts };
  });
  // Which of them count Home Assistant knows better: who lived here before, and what no connection gives.
  const counted = new Set(inOrder.filter(({ counts }) => counts).map(({ month }) => month));
  const peaks = lastPeaks(inOrder, running).map((peak) => ({ ...peak, counts: counted.has(peak.month) }));
  const part = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (place.querySelector(selector));
  write(part(".mean b"), billed ? formats.quantity(billed.power / 1000, "kW", 2) : "");
  const said = [billed ? filled(billed.months === 1 ? texts.meanOfOne : texts.mean, { number: billed.months }) : texts.noPeaks];
  if (billed?.cost_month) said.push(filled(texts.costs, { euros: formats.euros(billed.cost_month) }));
  write(part(".mean span"), said.join(" · "));
  write(part(".explained"), texts.explained);
  const top = Math.max(FLOOR_WATT, ...peaks.map(({ power }) => power));
  const list = part(".peak-bars");
  list.hidden = !peaks.length;
  list.style.setProperty("--floor", String(FLOOR_WATT / top));
  replace(list, ...peaks.map((peak) => bar(peak, top, peak.month === running, speech)));
}

/** @param {MonthPeak} peak @param {number} top @param {boolean} running @param {Speech} speech */
function bar({ month, power, id, counts }, top, running, { texts, formats }) {
  const first = { year: Math.floor(month / 12), month: (month % 12) + 1, day: 1 };
  const name = formats.day(first, { month: "long", year: "numeric" });
  const note = running ? `, ${texts.soFar}` : counts ? "" : `, ${texts.old}`;
  const label = `${name}: ${formats.power(power)}${note}`;
  const hidden = { "aria-hidden": "true" };
  const content = [
    make("span", { class: "value", ...hidden }, formats.number(power / 1000, 1)),
    make("span", { class: "bar", style: `--part: ${power / top}`, ...hidden }),
    make("span", { class: "month", ...hidden }, formats.day(first, { month: "narrow" })),
  ];
  const attributes = { "aria-label": label, title: label };
  const inside =
    id === null
      ? make("span", { ...attributes, role: "img" }, ...content)
      : make("button", { ...attributes, type: "button", "data-quarter": String(id) }, ...content);
  const kinds = [running ? "running" : "", counts ? "" : "old"].filter(Boolean).join(" ");
  return make("li", kinds ? { class: kinds } : {}, inside);
}
