/** What the card holds: quarters and days, asked for once. */

import { rowOf } from "./chart/rows.js";
import { laterDay, quarterPath } from "./chart/calendar.js";
import { dayOf, dayPath, quarterStart } from "./chart/quarters.js";

/** @typedef {import("./board.js").Board} Board */
/** @typedef {import("./chart/chart-model.js").QuarterDocument} QuarterDocument */
/** @typedef {import("./chart/chart-model.js").QuarterRow} QuarterRow */
/** @typedef {import("./chart/quarters.js").Day} Day */

// About 5 MB.
const MOST_QUARTERS = 400;
// How far a neighbour is looked for day by day, before the whole card is listed.
const NEAR_DAYS = 2;
const STORE = "digimon-day-";
// Where a row of `/historic/day` has its values; injection is positive there.
const ID = 0;
const INTERVALS = 1;
const CONSUMED = 2;
const CONSUMED_MOST = 3;
const PRODUCED = 4;
const PRODUCED_MOST = 5;

/**
 * Which of two days is later.
 *
 * @param {Day} one
 * @param {Day} other
 */
export function compareDays(one, other) {
  return one.year - other.year || one.month - other.month || one.day - other.day;
}

export class History {
  #board;
  /** @type {Map<number, QuarterDocument>} */
  #quarters = new Map();
  /** @type {Map<string, number[]>} */
  #lists = new Map();
  #hasDays = true;

  /** @param {Board} board */
  constructor(board) {
    this.#board = board;
  }

  /**
   * A stored quarter, null when the card does not have it.
   *
   * @param {number} id
   * @param {AbortSignal} signal
   * @returns {Promise<QuarterDocument | null>}
   */
  async quarter(id, signal) {
    const known = this.#quarters.get(id);
    if (known) return known;
    /** @type {QuarterDocument | null} */
    const document = await this.#board.stored(quarterPath(id), signal);
    if (document) {
      this.#quarters.set(id, document);
      const [oldest] = this.#quarters.keys();
      if (this.#quarters.size > MOST_QUARTERS) this.#quarters.delete(oldest);
    }
    return document;
  }

  /**
   * The quarters of a day that the card has, in order of time.
   *
   * @param {Day} day
   * @param {Day} today a day that still grows is listed anew
   * @param {AbortSignal} signal
   */
  async list(day, today, signal) {
    const key = dayPath(day);
    const known = this.#lists.get(key);
    if (known) return known;
    const { year, month } = day;
    const answer = await this.#board.stored(`/historic/quarters?year=${year}&month=${month}&day=${day.day}`, signal);
    /** @type {number[]} */
    const list = answer?.quarters ?? [];
    if (compareDays(day, today) < 0) this.#lists.set(key, list);
    return list;
  }

  /**
   * The quarters of a day, each as it comes.
   *
   * @param {Day} day
   * @param {Day} today
   * @param {AbortSignal} signal
   * @param {(rows: QuarterRow[], of: number) => void} report called with all so far, and how many there will be
   */
  async rows(day, today, signal, report) {
    const key = STORE + dayPath(day);
    const past = compareDays(day, today) < 0;
    const kept = past && recalled(key);
    if (kept) return report(kept, kept.length);
    const table = await this.#table(day, signal);
    const rows = table?.complete ? table.rows : await this.#oneByOne(day, today, signal, table?.rows ?? [], report);
    if (table?.complete) report(rows, rows.length);
    if (past && rows.length) keep(key, rows);
  }

  /**
   * What the board's index has of a day, null when the board has none.
   *
   * @param {Day} day
   * @param {AbortSignal} signal
   * @returns {Promise<{complete: boolean, rows: QuarterRow[]} | null>}
   */
  async #table({ year, month, day }, signal) {
    if (!this.#hasDays) return null;
    const answer = await this.#board.stored(`/historic/day?year=${year}&month=${month}&day=${day}`, signal);
    this.#hasDays = answer !== null;
    if (!answer) return null;
    const rows = answer.quarters.map((/** @type {number[]} */ row) => ({
      id: row[ID],
      intervals: row[INTERVALS],
      consumed: row[CONSUMED],
      consumedMost: row[CONSUMED_MOST],
      produced: -row[PRODUCED],
      producedMost: -row[PRODUCED_MOST],
    }));
    return { complete: answer.complete, rows };
  }

  /**
   * The quarters of a day from their files, for what is not in the index (yet).
   *
   * @param {Day} day
   * @param {Day} today
   * @param {AbortSignal} signal
   * @param {QuarterRow[]} indexed
   * @param {(rows: QuarterRow[], of: number) => void} report
   */
  async #oneByOne(day, today, signal, indexed, report) {
    const ids = await this.list(day, today, signal);
    const known = new Map(indexed.map((row) => [row.id, row]));
    /** @type {QuarterRow[]} */
    const rows = [];
    report(rows, ids.length);
    for (const [number, id] of ids.entries()) {
      const document = known.has(id) ? null : await this.quarter(id, signal);
      const row = document ? rowOf(document) : known.get(id);
      if (row) rows.push(row);
      report(rows, number === ids.length - 1 ? rows.length : ids.length);
    }
    return rows;
  }

  /**
   * The nearest quarter before or after one that the card has, null when there is none.
   *
   * @param {number} id
   * @param {1 | -1} step
   * @param {Day} today
   * @param {AbortSignal} signal
   */
  async neighbour(id, step, today, signal) {
    const start = quarterStart(id);
    const here = (await this.list(dayOf(id), today, signal)).filter((other) => (quarterStart(other) - start) * step > 0);
    if (here.length) return step > 0 ? here[0] : here[here.length - 1];
    const day = await this.neighbourDay(dayOf(id), step, today, signal);
    if (!day) return null;
    const there = await this.list(day, today, signal);
    return step > 0 ? there[0] : there[there.length - 1];
  }

  /**
   * The same time on the nearest day before or after that the card has, or the quarter nearest to it; null without one.
   *
   * @param {number} id
   * @param {1 | -1} step
   * @param {Day} today
   * @param {AbortSignal} signal
   */
  async sameTime(id, step, today, signal) {
    const day = await this.neighbourDay(dayOf(id), step, today, signal);
    if (!day) return null;
    const list = await this.list(day, today, signal);
    const distance = (/** @type {number} */ other) => Math.abs((other & 0x7f) - (id & 0x7f));
    return list.reduce((best, other) => (distance(other) < distance(best) ? other : best));
  }

  /**
   * The nearest day before or after one that has quarters, null when there is none.
   *
   * @param {Day} day
   * @param {1 | -1} step
   * @param {Day} today
   * @param {AbortSignal} signal
   * @returns {Promise<Day | null>}
   */
  async neighbourDay(day, step, today, signal) {
    let near = day;
    for (let count = 0; count < NEAR_DAYS; count++) {
      near = laterDay(near, step);
      if (compareDays(near, today) > 0) return null;
      if ((await this.list(near, today, signal)).length) return near;
    }
    for await (const other of this.#days(near, step, signal)) {
      if ((await this.list(other, today, signal)).length) return other;
    }
    return null;
  }

  /**
   * The days after or before one that have a folder on the card, nearest first.
   *
   * @param {Day} from
   * @param {1 | -1} step
   * @param {AbortSignal} signal
   */
  async *#days(from, step, signal) {
    /** @param {number[]} [list] */
    const ordered = (list = []) => [...list].sort((one, other) => (one - other) * step);
    const { years } = (await this.#board.stored("/historic/years", signal)) ?? {};
    for (const year of ordered(years)) {
      if ((year - from.year) * step < 0) continue;
      const { months } = (await this.#board.stored(`/historic/months?year=${year}`, signal)) ?? {};
      for (const month of ordered(months)) {
        if (compareDays({ year, month, day: from.day }, from) * step < 0) continue;
        const { days } = (await this.#board.stored(`/historic/days?year=${year}&month=${month}`, signal)) ?? {};
        for (const day of ordered(days)) {
          const found = { year, month, day };
          if (compareDays(found, from) * step > 0) yield found;
        }
      }
    }
  }
}

// A day that ended does not change: a browser may keep it for as long as its window is open.

/**
 * @param {string} key
 * @returns {QuarterRow[] | null}
 */
function recalled(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

/** @param {string} key @param {QuarterRow[]} rows */
function keep(key, rows) {
  try {
    sessionStorage.setItem(key, JSON.stringify(rows));
  } catch {
    // Full or forbidden: it is asked for again.
  }
}
