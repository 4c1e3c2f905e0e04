/** What the board's card holds, from Home Assistant; what does not change any more is asked for once. */

import { dayOf, dayPath, quarterStart } from "./quarters.js";

/** @typedef {import("./card-source.js").Source} Source */
/** @typedef {import("./chart-model.js").QuarterDocument} QuarterDocument */
/** @typedef {import("./chart-model.js").QuarterRow} QuarterRow */
/** @typedef {import("./quarters.js").Day} Day */
/** @typedef {{id: number, power: number}} Peak the highest quarter of a day, W */
/** @typedef {{peaks: Peak[], complete: boolean, done: boolean, failed: boolean}} MonthState */

const MOST_DAYS = 100;

export class History {
  #source;
  /** @type {Map<string, QuarterRow[]>} days that do not change any more */
  #days = new Map();
  /** Days that the board has not read from its card to the end yet. @type {Set<string>} */
  #unread = new Set();
  /** @type {Map<number, QuarterDocument>} */
  #quarters = new Map();
  /** @type {Day[] | null} as of the quarter `#listedIn` */
  #list = null;
  #listedIn = 0;

  /** @param {Source} source */
  constructor(source) {
    this.#source = source;
    source.addEventListener("leave", () => {
      this.#list = null;
      for (const known of [this.#days, this.#unread, this.#quarters]) known.clear();
    });
  }

  /**
   * A stored quarter, null when there is none.
   *
   * @param {number} id
   * @returns {Promise<QuarterDocument | null>}
   */
  async stored(id) {
    const known = this.#quarters.get(id);
    if (known) return known;
    const { quarter } = await this.#source.ask("digimon/quarter/get", { quarter_id: id });
    if (quarter && id !== this.#source.quarter?.quarter_id) this.#quarters.set(id, quarter);
    return quarter;
  }

  /**
   * The known quarters of a day, in order of time.
   *
   * @param {Day} day
   * @returns {Promise<QuarterRow[]>}
   */
  async rows(day) {
    const date = dateText(day);
    const known = this.#days.get(date);
    if (known) return known;
    const { complete, quarters } = await this.#source.ask("digimon/day/get", { date });
    const rows = quarters.map((/** @type {any} */ row) => ({
      id: row.quarter_id,
      intervals: row.intervals,
      consumed: row.consumed_power_avg,
      consumedMost: row.consumed_power_max,
      produced: -row.produced_power_avg,
      producedMost: -row.produced_power_max,
    }));
    if (complete) this.#unread.delete(date);
    else this.#unread.add(date);
    const { quarter } = this.#source;
    if (complete && quarter && dayPath(dayOf(quarter.quarter_id)) > dayPath(day)) {
      this.#days.set(date, rows);
      const [oldest] = this.#days.keys();
      if (this.#days.size > MOST_DAYS) this.#days.delete(oldest);
    }
    return rows;
  }

  /**
   * Whether more may be known of a day later, because the board still reads its card.
   *
   * @param {Day} day
   */
  isUnread(day) {
    return this.#unread.has(dateText(day));
  }

  /**
   * The day peaks of a month, told anew as more of them come.
   *
   * @param {Day} month any day of it
   * @param {(state: MonthState) => void} tell `done` with the last; `complete` unless the board still reads its card
   * @returns {Promise<() => void>} what ends it
   */
  month({ year, month }, tell) {
    return this.#source.subscribe("digimon/month/subscribe", { year, month }, ({ peaks, complete, done, failed }) =>
      tell({
        peaks: peaks.map((/** @type {any} */ peak) => ({ id: peak.quarter_id, power: peak.power })),
        complete,
        done,
        failed: failed !== null,
      }),
    );
  }

  /** The month peaks that are known, and what is paid on them. @returns {Promise<import("./card-peaks.js").Peaks>} */
  monthPeaks() {
    return this.#source.ask("digimon/month_peaks");
  }

  /**
   * The days of which something is known, in order of time.
   *
   * @returns {Promise<Day[]>}
   */
  async days() {
    const now = this.#source.quarter?.quarter_id ?? 0;
    if (!this.#list || this.#listedIn !== now) {
      const { days } = await this.#source.ask("digimon/days");
      this.#listedIn = now;
      this.#list = days.map((/** @type {string} */ date) => {
        const [year, month, day] = date.split("-").map(Number);
        return { year, month, day };
      });
    }
    return /** @type {Day[]} */ (this.#list);
  }

  /**
   * The nearest quarter before or after one, null when there is none.
   *
   * @param {number} id
   * @param {1 | -1} step
   */
  async neighbour(id, step) {
    const start = quarterStart(id);
    const here = (await this.rows(dayOf(id))).filter((row) => (quarterStart(row.id) - start) * step > 0);
    if (here.length) return here[step > 0 ? 0 : here.length - 1].id;
    const day = await this.neighbourDay(dayOf(id), step);
    if (!day) return null;
    const there = await this.rows(day);
    return there.length ? there[step > 0 ? 0 : there.length - 1].id : null;
  }

  /**
   * The quarter at the same time of the nearest day before or after one, null when there is none.
   *
   * @param {number} id
   * @param {1 | -1} step
   */
  async sameTime(id, step) {
    const day = await this.neighbourDay(dayOf(id), step);
    const rows = day ? await this.rows(day) : [];
    const distance = (/** @type {QuarterRow} */ row) => Math.abs((row.id & 0x7f) - (id & 0x7f));
    return rows.length ? rows.reduce((best, row) => (distance(row) < distance(best) ? row : best)).id : null;
  }

  /**
   * The nearest day before or after one of which something is known, null when there is none.
   *
   * @param {Day} day
   * @param {1 | -1} step
   */
  async neighbourDay(day, step) {
    const days = await this.days();
    const later = (/** @type {Day} */ other) => (dayPath(other) > dayPath(day) ? 1 : dayPath(other) < dayPath(day) ? -1 : 0);
    const found = days.filter((other) => later(other) === step);
    return found.length ? found[step > 0 ? 0 : found.length - 1] : null;
  }
}

/** @param {Day} day */
function dateText(day) {
  return dayPath(day).replace(/\//g, "-");
}
