/** The last 13 month peaks as bars, and the mean that is paid on. */

import { filled } from "./chart-texts.js";
import { make, replace, write } from "./elements.js";
import { billedWatt, lastPeaks } from "./month-peaks.js";
import { FLOOR_WATT } from "./quarters.js";

/** @typedef {import("./card-past.js").PastSpeech} Speech */
/** @typedef {import("./month-peaks.js").MonthPeak} MonthPeak */

/**
 * Show them.
 *
 * @param {HTMLElement} place
 * @param {{month: string, power: number, quarter_id: number | null}[]} known as Home Assistant tells
 * @param {import("./quarters.js").Day} today
 * @param {Speech} speech
 */
export function showPeaks(place, known, today, speech) {
  const { texts, formats } = speech;
  const running = today.year * 12 + today.month - 1;
  const peaks = lastPeaks(
    known.map(({ month, power, quarter_id }) => {
      const [year, number] = month.split("-").map(Number);
      return { month: year * 12 + number - 1, power, id: quarter_id };
    }),
    running,
  );
  const part = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (place.querySelector(selector));
  const mean = formats.quantity(billedWatt(peaks) / 1000, "kW", 2);
  const number = peaks.filter(({ counts }) => counts).length;
  write(part(".mean b"), peaks.length ? mean : "");
  write(part(".mean span"), peaks.length ? filled(texts.mean, { number }) : texts.noPeaks);
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
