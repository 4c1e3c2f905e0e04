/** What the chart says in English. */

/** @type {import("./chart-texts.js").ChartTexts} */
export const CHART_TEXTS = {
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
};
