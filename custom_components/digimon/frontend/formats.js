/** Numbers and dates as people in Belgium write them, in the four languages of digimon. */

/** @typedef {import("./quarters.js").Day} Day */
/** @typedef {"en" | "nl" | "fr" | "de"} Language */

/** @type {Record<Language, string>} */
const LOCALES = { en: "en-GB", nl: "nl-BE", fr: "fr-BE", de: "de-BE" };

/** @type {Language[]} */
export const LANGUAGES = ["nl", "fr", "de", "en"];

const MOST_DAYS = 200;

// A number and its unit stay on one line.
const SPACE = "\u00a0";

/**
 * Which of our languages a tag such as `nl-BE` is; English for all others.
 *
 * @param {string | null | undefined} tag
 * @returns {Language}
 */
export function languageOf(tag) {
  const language = (tag ?? "").slice(0, 2).toLowerCase();
  return LANGUAGES.find((known) => known === language) ?? "en";
}

/** What writes the numbers and dates of one language. */
export class Formats {
  /** @type {Map<number, Intl.NumberFormat>} */
  #numbers = new Map();
  /** The same days are written again and again. @type {Map<string, string>} */
  #days = new Map();
  /** @type {Intl.NumberFormat | undefined} */
  #euros;
  /** @type {Map<string, Intl.DateTimeFormat>} */
  #dates = new Map();

  /** @param {Language} language */
  constructor(language) {
    this.language = language;
    this.locale = LOCALES[language];
  }

  /**
   * A number with so many decimals.
   *
   * @param {number} value
   * @param {number} [decimals]
   */
  number(value, decimals = 0) {
    let format = this.#numbers.get(decimals);
    if (!format) {
      format = new Intl.NumberFormat(this.locale, {
        minimumFractionDigits: decimals,
        maximumFractionDigits: decimals,
      });
      this.#numbers.set(decimals, format);
    }
    return format.format(value);
  }

  /**
   * A number with so many decimals and a unit.
   *
   * @param {number} value
   * @param {string} unit
   * @param {number} [decimals]
   */
  quantity(value, unit, decimals = 0) {
    return this.number(value, decimals) + SPACE + unit;
  }

  /**
   * An amount of money.
   *
   * @param {number} value
   */
  euros(value) {
    this.#euros ??= new Intl.NumberFormat(this.locale, { style: "currency", currency: "EUR" });
    return this.#euros.format(value);
  }

  /**
   * A power: `850 W`, `2.04 kW`.
   *
   * @param {number} watt
   */
  power(watt) {
    return Math.abs(watt) < 1000 ? this.quantity(watt, "W") : this.quantity(watt / 1000, "kW", 2);
  }

  /**
   * An energy in kWh.
   *
   * @param {number} wattHours
   * @param {number} [decimals]
   */
  energy(wattHours, decimals = 3) {
    return this.quantity(wattHours / 1000, "kWh", decimals);
  }

  /**
   * A date.
   *
   * @param {Day} day
   * @param {Intl.DateTimeFormatOptions} [options] which parts of it; by default all in words
   */
  day({ year, month, day }, options = { weekday: "long", day: "numeric", month: "long", year: "numeric" }) {
    const key = Object.entries(options).join();
    let format = this.#dates.get(key);
    if (!format) {
      format = new Intl.DateTimeFormat(this.locale, { ...options, timeZone: "UTC" });
      this.#dates.set(key, format);
    }
    const which = `${key} ${year} ${month} ${day}`;
    let text = this.#days.get(which);
    if (text === undefined) {
      text = format.format(Date.UTC(year, month - 1, day));
      text = text.charAt(0).toUpperCase() + text.slice(1);
      if (this.#days.size > MOST_DAYS) this.#days.clear();
      this.#days.set(which, text);
    }
    return text;
  }
}
