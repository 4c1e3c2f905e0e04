/** What the chart says, in four languages. */

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

/** @type {Record<Language, ChartTexts>} */
const TEXTS = {
  en: {
    offtake: "Offtake",
    injection: "Injection",
    average: "Average",
    most: "Highest 5 s",
    peak: "Month peak",
    target: "Target",
    gap: "No measurement",
    empty: "No measurements",
    quarterChart: "Power from {from} to {to}, every 5 seconds",
    dayChart: "Average power of the quarters of {day}",
    monthChart: "Highest quarter of each day of {month}",
    dayPeak: "Day peak",
    day: "Day",
    soFar: "Average offtake so far {power}.",
    whole: "Average offtake {power}.",
    latest: "Last 5 s: {power}.",
    highest: "Highest {power} at {time}.",
    gaps: "Intervals without a measurement: {number}.",
    time: "Time",
    quarter: "Quarter",
  },
  nl: {
    offtake: "Afname",
    injection: "Injectie",
    average: "Gemiddelde",
    most: "Hoogste 5 s",
    peak: "Maandpiek",
    target: "Doel",
    gap: "Geen meting",
    empty: "Geen metingen",
    quarterChart: "Vermogen van {from} tot {to}, om de 5 seconden",
    dayChart: "Gemiddeld vermogen van de kwartieren op {day}",
    monthChart: "Hoogste kwartier van elke dag in {month}",
    dayPeak: "Dagpiek",
    day: "Dag",
    soFar: "Gemiddelde afname tot nu {power}.",
    whole: "Gemiddelde afname {power}.",
    latest: "Laatste 5 s: {power}.",
    highest: "Hoogste {power} om {time}.",
    gaps: "Intervallen zonder meting: {number}.",
    time: "Tijd",
    quarter: "Kwartier",
  },
  fr: {
    offtake: "Prélèvement",
    injection: "Injection",
    average: "Moyenne",
    most: "Maximum 5 s",
    peak: "Pointe mensuelle",
    target: "Objectif",
    gap: "Pas de mesure",
    empty: "Pas de mesures",
    quarterChart: "Puissance de {from} à {to}, toutes les 5 secondes",
    dayChart: "Puissance moyenne des quarts d’heure du {day}",
    monthChart: "Quart d’heure le plus élevé de chaque jour de {month}",
    dayPeak: "Pointe du jour",
    day: "Jour",
    soFar: "Prélèvement moyen jusqu’ici {power}.",
    whole: "Prélèvement moyen {power}.",
    latest: "Dernières 5 s : {power}.",
    highest: "Maximum {power} à {time}.",
    gaps: "Intervalles sans mesure : {number}.",
    time: "Heure",
    quarter: "Quart d’heure",
  },
  de: {
    offtake: "Bezug",
    injection: "Einspeisung",
    average: "Mittelwert",
    most: "Höchste 5 s",
    peak: "Monatsspitze",
    target: "Ziel",
    gap: "Keine Messung",
    empty: "Keine Messungen",
    quarterChart: "Leistung von {from} bis {to}, alle 5 Sekunden",
    dayChart: "Mittlere Leistung der Viertelstunden am {day}",
    monthChart: "Höchste Viertelstunde jedes Tages im {month}",
    dayPeak: "Tagesspitze",
    day: "Tag",
    soFar: "Mittlerer Bezug bisher {power}.",
    whole: "Mittlerer Bezug {power}.",
    latest: "Letzte 5 s: {power}.",
    highest: "Höchster {power} um {time}.",
    gaps: "Intervalle ohne Messung: {number}.",
    time: "Zeit",
    quarter: "Viertelstunde",
  },
};

/**
 * The texts of a language.
 *
 * @param {Language} language
 */
export function chartTexts(language) {
  return TEXTS[language];
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
