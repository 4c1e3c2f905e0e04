/** The chart's cursor under keys, mouse and fingers; loaded with the first of them that comes near. */

import { CURSOR_STYLE } from "./chart-cursor-style.js";
import { keyed } from "./chart-spoken.js";

const PAGE_SLOTS = 12;
// From the cursor to its reading, in pixels.
const DISTANCE = 10;

/** @type {Record<string, (slot: number, last: number) => number>} */
const KEYS = {
  ArrowLeft: (slot) => slot - 1,
  ArrowRight: (slot) => slot + 1,
  PageUp: (slot) => slot - PAGE_SLOTS,
  PageDown: (slot) => slot + PAGE_SLOTS,
  Home: () => 0,
  End: (_, last) => last,
};

/**
 * @typedef {object} Pointed what a cursor moves over
 * @property {number | null} cursor the slot that it is at
 * @property {number} last the last slot that it can go to
 * @property {(event: PointerEvent) => number} slotAt
 * @property {(slot: number | null) => void} point
 * @property {() => void} select
 */

/**
 * Do what an event asks for.
 *
 * @param {Event} event
 * @param {Pointed} chart
 */
export function hear(event, chart) {
  if (event instanceof KeyboardEvent) hearKey(event, chart);
  else if (event.type === "blur") chart.point(null);
  else if (event.type === "click") chart.select();
  else if (event instanceof PointerEvent) {
    if (event.type !== "pointerleave") chart.point(chart.slotAt(event));
    // A finger that was lifted leaves the reading where it was.
    else if (event.pointerType === "mouse") chart.point(null);
  }
}

/** @param {KeyboardEvent} event @param {Pointed} chart */
function hearKey(event, chart) {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const move = KEYS[event.key];
  if (move) chart.point(move(chart.cursor ?? chart.last + 1, chart.last));
  else if (event.key === "Escape") chart.point(null);
  else if (event.key === "Enter" || event.key === " ") chart.select();
  else return;
  event.preventDefault();
}

/**
 * Show what is under the cursor.
 *
 * @param {HTMLElement} place
 * @param {import("./chart-reading.js").Reading} reading
 * @param {number} x of the cursor
 * @param {number} width of the chart
 */
export function showReading(place, reading, x, width) {
  if (place.previousElementSibling?.tagName !== "STYLE") {
    const style = document.createElement("style");
    style.textContent = CURSOR_STYLE;
    place.before(style);
  }
  const time = document.createElement("strong");
  time.textContent = reading.time;
  place.replaceChildren(time, ...reading.parts.map(({ kind, text }) => keyed("span", kind, text)));
  const own = place.offsetWidth;
  // Beside the cursor, on the side with more room, so that it does not cover the bar it is about.
  const left = x < width / 2 ? x + DISTANCE : x - DISTANCE - own;
  place.style.transform = `translateX(${Math.min(Math.max(left, 0), width - own)}px)`;
}
