/** The field in which a day is chosen. */

import { dayPath } from "./chart/quarters.js";

/** @typedef {import("./chart/quarters.js").Day} Day */

// There were no digital meters before; a year that is typed is less until its last digit.
const FIRST_YEAR = 2000;

/**
 * Tell the day that somebody chooses: at once in the browser's calendar or by the arrow keys, typed digits when all of
 * them are there, for each of them makes another date.
 *
 * @param {HTMLInputElement} field
 * @param {(day: Day) => void} tell
 */
export function onDay(field, tell) {
  let typing = false;
  const finish = () => {
    typing = false;
    const [year, month, day] = field.value.split("-").map(Number);
    if (year >= FIRST_YEAR) tell({ year, month, day });
  };
  field.addEventListener("keydown", ({ key }) => {
    if (key === "Enter" && typing) finish();
    else if (key !== "Tab") typing = /^\d$/.test(key);
  });
  field.addEventListener("pointerdown", () => (typing = false));
  field.addEventListener("change", () => typing || finish());
  field.addEventListener("blur", () => typing && finish());
}

/**
 * Show a day, unless somebody is choosing another.
 *
 * @param {HTMLInputElement} field
 * @param {Day} day
 * @param {Day} last that can be chosen
 */
export function showDay(field, day, last) {
  const [value, max] = [day, last].map((one) => dayPath(one).replace(/\//g, "-"));
  // Who types a year would begin anew with its next digit.
  if (field.max !== max) field.max = max;
  if (document.activeElement !== field) field.value = value;
}
