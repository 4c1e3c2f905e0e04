/** What the chart says in German. */

/** @type {import("./chart-texts.js").ChartTexts} */
export const CHART_TEXTS = {
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
};
