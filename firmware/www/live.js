/** What the board says now, asked for every 5 seconds while somebody looks. */

import { BoardError } from "./board.js";
import { INTERVAL_SECONDS, dayOf, quarterStart } from "./chart/quarters.js";

/** @typedef {import("./board.js").Board} Board */
/** @typedef {import("./chart/chart-model.js").QuarterDocument} QuarterDocument */

const POLL_MILLISECONDS = 5000;
// A meter that sends every 10 seconds is not silent.
const SILENT_MILLISECONDS = 30000;
const POLLS_A_MINUTE = 12;

export class Live extends EventTarget {
  /** @type {QuarterDocument | null} the running quarter, null before the first telegram */
  quarter = null;
  /** @type {any} the last telegram, null when there was none or the board does not tell */
  meter = null;
  /** @type {any} how the board is, null when it does not tell */
  info = null;
  /** @type {{quarter_id: number, power: number} | null} the month peak as the meter counts it, null while there is none */
  peak = null;
  /** Whether the board has answered at least once. */
  known = false;
  /** @type {Date | null} since when the board does not answer, null while it does */
  lost = null;
  /** @type {number | null} utc of the last telegram by the meter's clock */
  time = null;
  /** Whether no telegram has come for a while. */
  silent = false;

  #board;
  #polls = 0;
  /** When `time` last went on, by a clock that nobody sets. */
  #moved = 0;
  #timer = 0;
  #polling = false;
  #hasMeter = true;
  #hasInfo = true;

  /** @param {Board} board */
  constructor(board) {
    super();
    this.#board = board;
  }

  /** Begin; nobody has to end it. */
  start() {
    document.addEventListener("visibilitychange", () => this.#schedule(0));
    this.#schedule(0);
  }

  /** @param {number} milliseconds */
  #schedule(milliseconds) {
    clearTimeout(this.#timer);
    if (!document.hidden) this.#timer = window.setTimeout(() => this.#poll(), milliseconds);
  }

  async #poll() {
    if (this.#polling) return;
    this.#polling = true;
    const started = performance.now();
    try {
      await this.#ask();
      this.known = true;
      this.lost = null;
    } catch (error) {
      if (!(error instanceof BoardError)) throw error;
      this.lost ??= new Date();
    } finally {
      this.#polling = false;
      this.dispatchEvent(new Event("change"));
      this.#schedule(Math.max(0, POLL_MILLISECONDS - (performance.now() - started)));
    }
  }

  async #ask() {
    const quarter = await this.#board.document("/current/quarter");
    const minute = this.#polls++ % POLLS_A_MINUTE === 0;
    if (this.#hasMeter) {
      const meter = await this.#board.document("/current/meter");
      this.#hasMeter = meter !== null;
      this.meter = meter?.time === undefined ? null : meter;
    }
    if (this.#hasMeter) this.peak = this.meter?.peak ?? null;
    else if (minute) this.peak = (await this.#board.document("/current/month/peak"))?.peak ?? null;
    if (minute && this.#hasInfo) {
      this.info = await this.#board.document("/info");
      this.#hasInfo = this.info !== null;
    }
    this.quarter = quarter?.quarter_id === undefined ? null : quarter;
    if (!isOfMonth(this.peak, this.quarter)) this.peak = null;
    this.#listen();
  }

  /** Find out whether the meter still speaks: a board goes on answering what it heard last. */
  #listen() {
    const { quarter, meter } = this;
    const now = performance.now();
    const time =
      meter?.time ??
      (quarter && quarterStart(quarter.quarter_id) + quarter.consumed_power_interval_avgs.length * INTERVAL_SECONDS);
    if (time !== this.time) this.#moved = now;
    this.time = time;
    this.silent = time !== null && now - this.#moved >= SILENT_MILLISECONDS;
  }
}

/**
 * Whether a peak is one of the running month: until its first quarter is over, meters go on with the peak of the month
 * before, or tell 0 W.
 *
 * @param {{quarter_id: number, power: number} | null} peak
 * @param {QuarterDocument | null} quarter
 */
function isOfMonth(peak, quarter) {
  return Boolean(peak?.power && quarter && dayOf(peak.quarter_id).month === dayOf(quarter.quarter_id).month);
}
