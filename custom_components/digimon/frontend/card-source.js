/** What the card knows, from Home Assistant: the running quarter as it goes on, and what the board's card holds. */

import { dayOf, dayPath, quarterStart } from "./quarters.js";

/** @typedef {import("./chart-model.js").QuarterDocument} QuarterDocument */
/** @typedef {import("./chart-model.js").QuarterRow} QuarterRow */
/** @typedef {import("./quarters.js").Day} Day */
/** @typedef {{config_entry_id?: string, device_id?: string}} Which board is meant; with neither, the only one */

// While Home Assistant starts, nobody knows the command yet.
const RETRY_MILLISECONDS = 5000;
const MOST_DAYS = 100;

export class Source extends EventTarget {
  /** @type {any} the last message, null before the first */
  live = null;
  /** @type {{month: string, power: number, quarter_id: number | null}[]} */
  peaks = [];
  /** @type {string | null} why there is none: the code of an error */
  error = null;

  /** @type {any} Home Assistant's connection */
  #connection = null;
  /** @type {Which} */
  #which = {};
  /** @type {Promise<() => void> | null} */
  #subscription = null;
  #turn = 0;
  #timer = 0;
  /** @type {Map<string, QuarterRow[]>} days that do not change any more */
  #days = new Map();
  /** Days that the board has not read from its card to the end yet. @type {Set<string>} */
  #unread = new Set();
  /** @type {Map<number, QuarterDocument>} */
  #quarters = new Map();
  /** @type {Day[] | null} */
  #list = null;
  #peaksOf = "";

  /**
   * Follow a board.
   *
   * @param {any} connection
   * @param {Which} which
   */
  follow(connection, which) {
    this.leave();
    this.#connection = connection;
    this.#which = which;
    this.#subscribe();
  }

  /** Listen no more. */
  leave() {
    clearTimeout(this.#timer);
    this.#turn++;
    this.#subscription?.then(
      (end) => end(),
      () => undefined,
    );
    this.#subscription = null;
    this.live = null;
    this.error = null;
    this.peaks = [];
    this.#peaksOf = "";
    this.#list = null;
    this.#days.clear();
    this.#unread.clear();
    this.#quarters.clear();
  }

  #subscribe() {
    const message = { type: "digimon/quarter/subscribe", ...this.#which };
    // What an earlier subscription still says is of another board.
    const turn = ++this.#turn;
    const tell = (/** @type {any} */ live) => {
      if (turn === this.#turn) this.#hear(live);
    };
    this.#subscription = this.#connection.subscribeMessage(tell, message);
    this.#subscription?.catch((/** @type {any} */ error) => {
      if (turn !== this.#turn) return;
      this.error = error?.code ?? "failed";
      this.#timer = window.setTimeout(() => this.#subscribe(), RETRY_MILLISECONDS);
      this.dispatchEvent(new Event("change"));
    });
  }

  /** @param {any} live */
  #hear(live) {
    if (live.quarter?.quarter_id !== this.live?.quarter?.quarter_id) this.#list = null;
    this.live = live;
    this.error = null;
    this.#askPeaks();
    this.dispatchEvent(new Event("change"));
  }

  async #askPeaks() {
    const { quarter, month_peak } = this.live;
    const subject = `${quarter?.quarter_id} ${month_peak?.power}`;
    if (!this.live.available || subject === this.#peaksOf) return;
    this.#peaksOf = subject;
    try {
      this.peaks = (await this.#ask("digimon/month_peaks")).peaks;
    } catch {
      // They are asked for again with the next quarter.
      return;
    }
    this.dispatchEvent(new Event("change"));
  }

  /** @param {string} type @param {object} [fields] @returns {Promise<any>} */
  #ask(type, fields = {}) {
    return this.#connection.sendMessagePromise({ type, ...this.#which, ...fields });
  }

  /** The running quarter, null before the first telegram. @returns {QuarterDocument | null} */
  get quarter() {
    return this.live?.quarter ?? null;
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
    const { quarter } = await this.#ask("digimon/quarter/get", { quarter_id: id });
    if (quarter && id !== this.quarter?.quarter_id) this.#quarters.set(id, quarter);
    return quarter;
  }

  /**
   * The known quarters of a day, in order of time.
   *
   * @param {Day} day
   * @returns {Promise<QuarterRow[]>}
   */
  async rows(day) {
    const date = dayPath(day).replace(/\//g, "-");
    const known = this.#days.get(date);
    if (known) return known;
    const { complete, quarters } = await this.#ask("digimon/day/get", { date });
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
    const { quarter } = this;
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
    return this.#unread.has(dayPath(day).replace(/\//g, "-"));
  }

  /**
   * The days of which something is known, in order of time.
   *
   * @returns {Promise<Day[]>}
   */
  async days() {
    if (!this.#list) {
      const { days } = await this.#ask("digimon/days");
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
