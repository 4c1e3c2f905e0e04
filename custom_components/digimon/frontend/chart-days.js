/** Days and months for the chart: what is drawn of them, and how it is told. Only who looks at one loads this. */

import { dayQuarters, dayStart, laterDay } from "./calendar.js";
import { NARROW_WIDTH } from "./chart-reading.js";
import { filled } from "./chart-texts.js";
import { dayOf, quarterAt, quarterClock, quarterStart } from "./quarters.js";

/** @typedef {import("./chart-model.js").ChartModel} ChartModel */
/** @typedef {import("./chart-model.js").DayDocument} DayDocument */
/** @typedef {import("./chart-model.js").MonthDocument} MonthDocument */
/** @typedef {import("./chart-model.js").QuarterRow} QuarterRow */
/** @typedef {import("./chart-model.js").Telling} Telling */
/** @typedef {import("./chart-model.js").Values} Values */

const HOUR_QUARTERS = 4;
const WIDE_WIDTH = 800;

/** @type {Telling} */
const DAY = {
  kinds: ["offtake", "most", "injection"],
  time: (_, model, slot) => quarterClock(model.ids[slot]),
  title: ({ texts, formats }, { ids }) => filled(texts.dayChart, { day: formats.day(dayOf(ids[0])).toLowerCase() }),
  table: ({ texts, formats }, { ids, up, down, known }) => [
    [texts.quarter, texts.offtake, texts.injection],
    ...ids.slice(0, known).map((id, slot) => {
      const taken = up[slot];
      const given = down[slot];
      return [
        quarterClock(id),
        taken === null ? texts.gap : formats.power(taken),
        given === null ? "" : formats.power(Math.abs(given)),
      ];
    }),
  ],
  times: ({ ids, slots }, width) => {
    const step = (width < NARROW_WIDTH ? 6 : width < WIDE_WIDTH ? 3 : 2) * HOUR_QUARTERS;
    /** @type {{slot: number, text: string}[]} */
    const found = [];
    ids.forEach((id, slot) => {
      if ((id & 0x7f) % step === 0) found.push({ slot, text: quarterClock(id) });
    });
    found.push({ slot: slots, text: "24:00" });
    return found;
  },
};

/** @type {Telling} */
const MONTH = {
  kinds: ["dayPeak"],
  time: ({ formats }, { ids, peaks }, slot) => {
    const day = formats.day(dayOf(ids[slot]), { weekday: "short", day: "numeric", month: "short" });
    const peak = peaks?.[slot] ?? null;
    return peak === null ? day : `${day}, ${quarterClock(peak)}`;
  },
  title: ({ texts, formats }, { ids }) => {
    const month = formats.day(dayOf(ids[0]), { month: "long", year: "numeric" }).toLowerCase();
    return filled(texts.monthChart, { month });
  },
  table: ({ texts, formats }, model) => [
    [texts.day, texts.dayPeak],
    ...model.up
      .slice(0, model.known)
      .map((watt, slot) => [
        MONTH.time({ texts, formats }, model, slot),
        watt === null ? texts.gap : formats.power(watt),
      ]),
  ],
  times: ({ slots }, width) => {
    const days = width < NARROW_WIDTH ? 5 : 2;
    const found = [];
    for (let slot = 0; slot < slots; slot += days) found.push({ slot: slot + 0.5, text: String(slot + 1) });
    return found;
  },
};

/** @type {{key: string, ids: number[]}} */
let lastDay = { key: "", ids: [] };

/**
 * A day's quarters.
 *
 * @param {DayDocument} document
 * @returns {ChartModel}
 */
export function dayModel({ day, rows, until = 0 }) {
  // A day is drawn again with each of its quarters that comes.
  const key = Object.values(day).join();
  if (lastDay.key !== key) lastDay = { key, ids: dayQuarters(day) };
  const { ids } = lastDay;
  const byId = new Map(rows.map((row) => [row.id, row]));
  /** @param {(row: QuarterRow) => number} value @returns {Values} */
  const values = (value) =>
    ids.map((id) => {
      const row = byId.get(id);
      return row && row.intervals > 0 ? value(row) : null;
    });
  const known = ids.findIndex((id) => quarterStart(id) >= until);
  return {
    kind: "day",
    telling: DAY,
    ids,
    slots: ids.length,
    up: values((row) => row.consumed),
    down: values((row) => row.produced),
    upMost: values((row) => row.consumedMost),
    downMost: values((row) => row.producedMost),
    known: known < 0 ? ids.length : known,
    running: -1,
    average: null,
  };
}

/**
 * The highest quarters of a month's days.
 *
 * @param {MonthDocument} document
 * @returns {ChartModel}
 */
export function monthModel({ year, month, peaks, until = 0 }) {
  const ids = [];
  for (let day = { year, month, day: 1 }; day.month === month; day = laterDay(day, 1)) ids.push(quarterAt(dayStart(day)));
  // The bits of an id above those of the quarter are its date.
  const byDay = new Map(peaks.map((peak) => [peak.id >> 8, peak]));
  const known = ids.findIndex((id) => quarterStart(id) >= until);
  return {
    kind: "month",
    telling: MONTH,
    ids,
    peaks: ids.map((id) => byDay.get(id >> 8)?.id ?? null),
    slots: ids.length,
    up: ids.map((id) => byDay.get(id >> 8)?.power ?? null),
    down: [],
    upMost: [],
    downMost: [],
    known: known < 0 ? ids.length : known,
    running: -1,
    average: null,
  };
}
