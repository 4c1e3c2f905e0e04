/** What the chart says in Dutch. */

/** @type {import("./chart-texts.js").ChartTexts} */
export const CHART_TEXTS = {
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
};
