/** Where one is in the card and where one can go: title, arrows and buttons. */

import { hide, write } from "./elements.js";
import { QUARTER_SECONDS, dayPath, quarterClock } from "./quarters.js";

/** @typedef {import("./card-stats.js").Speech} Speech */
/** @typedef {import("./card-texts.js").CardTexts} CardTexts */
/** @typedef {import("./quarter-card.js").Route} Route */
/** @typedef {import("./quarter-card.js").ViewName} ViewName */
/** @typedef {import("./quarters.js").Day} Day */
/** @typedef {(id: string) => HTMLButtonElement} Part */

/** @type {ViewName[]} */
export const VIEWS = ["now", "day", "month", "peaks"];

/** @param {string} path */
const arrow = (path) => `<svg viewBox="0 0 24 24" aria-hidden="true"><path d="${path}"/></svg>`;
/** The arrows and what is between them. */
export const WAY = `<div class="way">
<button id="far-before" type="button">${arrow("M18 6l-6 6 6 6M11 6l-6 6 6 6")}</button>
<button id="before" type="button">${arrow("M15 6l-6 6 6 6")}</button>
<div class="where"><p id="kind"></p><p id="title" role="heading" aria-level="3"></p><p id="subtitle"></p></div>
<button id="after" type="button">${arrow("M9 6l6 6-6 6")}</button>
<button id="far-after" type="button">${arrow("M6 6l6 6-6 6M13 6l6 6-6 6")}</button>
</div>`;
/** The buttons below. */
export const TOOLS = `<div class="tools" role="group">
${VIEWS.map((view) => `<button id="view-${view}" type="button"></button>`).join("")}
<button id="to-peak" type="button"></button>
</div>`;

/** @param {CardTexts} texts @param {ViewName} view */
export function viewText(texts, view) {
  return { now: texts.now, day: texts.wholeDay, month: texts.wholeMonth, peaks: texts.peaks }[view];
}

/** @param {Day} one @param {Day} other */
export function sameMonth(one, other) {
  return one.year === other.year && one.month === other.month;
}

/**
 * Show where one is.
 *
 * @param {Part} part
 * @param {{route: Route, day: Day, today: Day, running: number}} where the date that is shown, that of now, and the
 *   running quarter
 * @param {Speech} speech
 */
export function showWay(part, { route, day, today, running }, { texts, formats }) {
  const { view } = route;
  const months = view === "month";
  const isQuarter = view === "now" || view === "quarter";
  const id = view === "quarter" ? route.id : running;
  const kinds = { now: texts.running, quarter: texts.quarter, day: texts.wholeDay, month: texts.wholeMonth, peaks: "" };
  const titles = {
    day: formats.day(day),
    month: formats.day(day, { month: "long", year: "numeric" }),
    peaks: texts.monthPeaks,
  };
  write(part("kind"), kinds[view]);
  const title = isQuarter ? `${quarterClock(id)} – ${quarterClock(id, QUARTER_SECONDS)}` : titles[view];
  write(part("title"), title);
  write(part("subtitle"), isQuarter ? titles.day : "");
  const last = view === "now" || (months ? sameMonth(day, today) : view === "day" && dayPath(day) >= dayPath(today));
  for (const name of ["before", "after"]) hide(part(name), !isQuarter);
  for (const name of ["far-before", "far-after"]) hide(part(name), view === "peaks");
  for (const name of ["after", "far-after"]) say(part(name), "ariaDisabled", last);
  label(part("before"), texts.quarterBefore);
  label(part("after"), texts.quarterAfter);
  label(part("far-before"), months ? texts.monthBefore : texts.dayBefore);
  label(part("far-after"), months ? texts.monthAfter : texts.dayAfter);
}

/**
 * Show where one can go.
 *
 * @param {Part} part
 * @param {ViewName | "quarter"} view
 * @param {{power: number} | null | undefined} peak
 * @param {Speech} speech
 */
export function showTools(part, view, peak, { texts, formats }) {
  for (const name of VIEWS) {
    write(part(`view-${name}`), viewText(texts, name));
    say(part(`view-${name}`), "ariaPressed", view === name);
  }
  say(part("to-peak"), "ariaDisabled", !peak);
  write(part("to-peak"), `${texts.monthPeak} ${peak ? formats.power(peak.power) : ""}`.trim());
}

/**
 * Say how a button is. One that does nothing now keeps the focus: who pressed it until it led no further goes on there.
 *
 * @param {HTMLElement} button
 * @param {"ariaPressed" | "ariaDisabled"} what
 * @param {boolean} is
 */
function say(button, what, is) {
  if (button[what] !== `${is}`) button[what] = `${is}`;
}

/** @param {HTMLElement} button @param {string} text */
function label(button, text) {
  if (button.title === text) return;
  button.title = text;
  button.setAttribute("aria-label", text);
}
