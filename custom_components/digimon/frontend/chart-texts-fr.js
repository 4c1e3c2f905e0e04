/** What the chart says in French. */

/** @type {import("./chart-texts.js").ChartTexts} */
export const CHART_TEXTS = {
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
};
