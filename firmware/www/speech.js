/** The language that the page speaks: texts, numbers and times. */

import { filled } from "./chart/chart-texts.js";
import { Formats, languageOf } from "./chart/formats.js";
import { dayQuarters } from "./chart/calendar.js";
import { dayOf, localTime, quarterClock, quarterIsSummer, QUARTER_SECONDS } from "./chart/quarters.js";
import { TEXTS } from "./texts.js";

/** @typedef {import("./chart/formats.js").Language} Language */
/** @typedef {keyof import("./texts.js").Texts} TextName */

const KEPT = "digimon-language";
const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 3600;
const DAY_SECONDS = 86400;
const KILO = 1000;
const BYTE_UNITS = ["B", "kB", "MB", "GB", "TB"];

export class Speech {
  constructor() {
    this.formats = new Formats(chosen() ?? languageOf(navigator.language));
  }

  get language() {
    return this.formats.language;
  }

  /**
   * Speak another language from now on, and when the page is opened again.
   *
   * @param {Language} language
   */
  choose(language) {
    this.formats = new Formats(language);
    try {
      localStorage.setItem(KEPT, language);
    } catch {
      // It holds for this visit.
    }
  }

  /**
   * A text.
   *
   * @param {string} name
   * @param {Record<string, string | number>} [values] what stands at its places
   */
  say(name, values = {}) {
    return filled(TEXTS[this.language][/** @type {TextName} */ (name)], values);
  }

  /**
   * Whether there is a text of a name.
   *
   * @param {string} name
   */
  knows(name) {
    return name in TEXTS[this.language];
  }

  /** Give all texts and labels that stand in the page. */
  translate() {
    document.documentElement.lang = this.language;
    for (const element of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-text]"))) {
      element.textContent = this.say(element.dataset.text ?? "");
    }
    for (const element of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-label]"))) {
      const label = this.say(element.dataset.label ?? "");
      element.setAttribute("aria-label", label);
      element.title = label;
    }
  }

  /**
   * An instant by the meter's clock; with the date when it is not of a certain day.
   *
   * @param {number} utc
   * @param {number} [near] an instant of that day; by default the instant itself
   */
  time(utc, near = utc) {
    const local = localTime(utc);
    const time = local.toISOString().slice(11, 19);
    if (localTime(near).toISOString().slice(0, 10) === local.toISOString().slice(0, 10)) return time;
    const day = { year: local.getUTCFullYear(), month: local.getUTCMonth() + 1, day: local.getUTCDate() };
    return `${this.formats.day(day, { day: "numeric", month: "long" })}, ${time}`;
  }

  /**
   * From when to when a quarter goes, and in which of the two hours if its name comes twice.
   *
   * @param {number} id
   */
  quarter(id) {
    const span = `${quarterClock(id)} – ${quarterClock(id, QUARTER_SECONDS)}`;
    const twice = dayQuarters(dayOf(id)).filter((other) => (other & 0x7f) === (id & 0x7f)).length > 1;
    return twice ? `${span} (${this.say(quarterIsSummer(id) ? "summerTime" : "winterTime")})` : span;
  }

  /**
   * A time that has passed, in its two largest parts: `3 d 4 h`.
   *
   * @param {number} seconds
   */
  duration(seconds) {
    const parts = [
      [Math.floor(seconds / DAY_SECONDS), "d"],
      [Math.floor(seconds / HOUR_SECONDS) % 24, "h"],
      [Math.floor(seconds / MINUTE_SECONDS) % 60, "min"],
      [Math.floor(seconds) % 60, "s"],
    ];
    const first = parts.findIndex(([number]) => number);
    return parts
      .slice(first, first + 2)
      .filter(([number], position) => number || !position)
      .map(([number, unit]) => `${number}\u00a0${unit}`)
      .join(" ");
  }

  /**
   * A size in memory.
   *
   * @param {number} bytes
   */
  bytes(bytes) {
    let unit = 0;
    for (; bytes >= KILO && unit < BYTE_UNITS.length - 1; unit++) bytes /= KILO;
    return this.formats.quantity(bytes, BYTE_UNITS[unit], unit > 1 && bytes < 100 ? 1 : 0);
  }
}

/** @returns {Language | null} */
function chosen() {
  try {
    const kept = localStorage.getItem(KEPT);
    return kept ? languageOf(kept) : null;
  } catch {
    return null;
  }
}
