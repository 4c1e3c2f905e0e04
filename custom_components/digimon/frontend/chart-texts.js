/** What the chart says, in four languages: each is loaded when somebody speaks it. */

/** @typedef {import("./formats.js").Language} Language */

/**
 * @typedef {object} ChartTexts
 * @property {string} offtake
 * @property {string} injection
 * @property {string} average
 * @property {string} most of the intervals of a quarter
 * @property {string} peak
 * @property {string} target
 * @property {string} gap
 * @property {string} empty
 * @property {string} quarterChart name of the chart, with {from} and {to}
 * @property {string} dayChart name of the chart, with {day}
 * @property {string} monthChart name of the chart, with {month}
 * @property {string} dayPeak
 * @property {string} day
 * @property {string} soFar
 * @property {string} whole
 * @property {string} latest
 * @property {string} highest
 * @property {string} gaps
 * @property {string} time
 * @property {string} quarter
 */

/** @type {Record<Language, () => Promise<{CHART_TEXTS: ChartTexts}>>} */
const FILES = {
  en: () => import("./chart-texts-en.js"),
  nl: () => import("./chart-texts-nl.js"),
  fr: () => import("./chart-texts-fr.js"),
  de: () => import("./chart-texts-de.js"),
};

/**
 * The texts of a language.
 *
 * @param {Language} language
 */
export async function chartTexts(language) {
  return (await FILES[language]()).CHART_TEXTS;
}

/**
 * A text with its places filled in.
 *
 * @param {string} text with places such as `{power}`
 * @param {Record<string, string | number>} values by the name of the place
 */
export function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}
