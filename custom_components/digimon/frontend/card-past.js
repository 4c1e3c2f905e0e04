/** Every view of the card but that of the running quarter; who never leaves that one does not load this. */

import { dayQuarters, laterDay } from "./calendar.js";
import { History } from "./card-history.js";
import { NO_PEAKS, showPeaks } from "./card-peaks.js";
import { dayStats, monthStats, quarterStats } from "./card-past-stats.js";
import { PAST_STYLE } from "./card-past-style.js";
import { PAST_TEXTS } from "./card-past-texts.js";
import { showStats } from "./card-stats.js";
import { dayOf, dayPath } from "./quarters.js";
import { rowOf } from "./rows.js";

/** @typedef {import("./card-source.js").Source} Source */
/** @typedef {import("./chart-model.js").QuarterDocument} QuarterDocument */
/** @typedef {import("./chart-model.js").QuarterRow} QuarterRow */
/** @typedef {import("./quarter-card.js").Route} Route */
/** @typedef {import("./quarter-chart.js").QuarterChart} QuarterChart */
/** @typedef {import("./quarters.js").Day} Day */
/** @typedef {{texts: typeof PAST_TEXTS.en, formats: import("./formats.js").Formats}} PastSpeech */

export class Past {
  /** Whether the board has not read from its card all that is shown. */
  unread = false;

  #source;
  #history;
  #place;
  /** @type {QuarterDocument | null} */
  #document = null;
  /** @type {QuarterRow[]} */
  #rows = [];
  /** @type {{id: number, power: number}[]} of the days of a month */
  #peaks = [];
  /** @type {import("./card-peaks.js").Peaks} */
  #monthPeaks = NO_PEAKS;
  /** What ends the wish for a month. */
  #end = () => {};

  /**
   * @param {Source} source
   * @param {HTMLElement} place of the month peaks
   */
  constructor(source, place) {
    this.#source = source;
    this.#place = place;
    this.#history = new History(source);
    place.innerHTML = `<style>${PAST_STYLE}</style><p class="mean"><b></b><span></span></p><ol class="peak-bars"></ol>
      <p class="explained"></p>`;
    source.addEventListener("leave", () => {
      this.#end();
      this.#monthPeaks = NO_PEAKS;
      this.forget();
    });
  }

  /** Show nothing of what was shown before. */
  forget() {
    this.#document = null;
    this.#rows = [];
    this.#peaks = [];
    this.unread = false;
  }

  /** Whether there is nothing to be seen of what is shown. @param {Route} route */
  isEmpty(route) {
    if (route.view === "day") return !this.#withRunning(route.day).length;
    return { now: false, quarter: !this.#document, month: !this.#peaks.length, peaks: false }[route.view];
  }

  /**
   * Ask for what is shown.
   *
   * @param {Route} route
   * @param {() => boolean} wanted whether that is still what is shown
   * @param {() => void} more told when a part has come
   */
  async load(route, wanted, more) {
    this.#end();
    if (route.view === "quarter") {
      const document = await this.#history.stored(route.id);
      if (wanted()) this.#document = document;
    } else if (route.view === "day") {
      const rows = await this.#history.rows(route.day);
      if (!wanted()) return;
      this.#rows = rows;
      this.unread = this.#history.isUnread(route.day);
    } else if (route.view === "month") await this.#loadMonth(route.day, wanted, more);
    else if (route.view === "peaks") {
      const peaks = await this.#history.monthPeaks();
      if (wanted()) this.#monthPeaks = peaks;
    }
  }

  /** @param {Day} month @param {() => boolean} wanted @param {() => void} more */
  #loadMonth(month, wanted, more) {
    return new Promise((resolve, reject) => {
      /** @type {Promise<() => void>} */
      const subscription = this.#history.month(month, ({ peaks, complete, done, failed }) => {
        if (!wanted()) return;
        // What was there before is not taken away while it is asked for again.
        if ((done && !failed) || peaks.length > this.#peaks.length) this.#peaks = peaks;
        if (failed) reject(new Error("the board did not answer"));
        if (done) {
          this.unread = !complete;
          this.#end();
        } else more();
      });
      this.#end = () => {
        this.#end = () => {};
        subscription.then((end) => end()).catch(() => undefined);
        resolve(undefined);
      };
      subscription.catch(reject);
    });
  }

  /**
   * Show it.
   *
   * @param {QuarterChart} chart
   * @param {HTMLElement} stats
   * @param {Route} route
   * @param {{today: Day, formats: import("./formats.js").Formats, loading: boolean}} about
   */
  show(chart, stats, route, { today, formats, loading }) {
    const speech = { texts: PAST_TEXTS[formats.language], formats };
    chart.month = null;
    chart.day = null;
    const until = loading || this.unread ? 0 : (this.#source.live?.time ?? Date.now() / 1000);
    if (route.view === "quarter") {
      chart.quarter = this.#document;
      showStats(stats, this.#document ? quarterStats(this.#document, speech) : []);
    } else if (route.view === "day") {
      const rows = this.#withRunning(route.day);
      chart.day = { day: route.day, rows, until };
      showStats(stats, dayStats(rows, dayQuarters(route.day).length, speech));
    } else if (route.view === "month") {
      const { year, month } = route.day;
      chart.month = { year, month, peaks: this.#peaks, until };
      showStats(stats, monthStats(this.#peaks, speech));
    } else {
      showPeaks(this.#place, this.#monthPeaks, today, speech);
      showStats(stats, []);
    }
  }

  /** The quarters of the day, with the running one in it. @param {Day} day */
  #withRunning(day) {
    const { quarter } = this.#source;
    if (!quarter || dayPath(day) !== dayPath(dayOf(quarter.quarter_id))) return this.#rows;
    return [...this.#rows.filter(({ id }) => id !== quarter.quarter_id), rowOf(quarter)];
  }

  /**
   * Where one comes to by a step: of quarters the next that is known, or the same time on another day; of days and
   * months likewise.
   *
   * @param {Route} route
   * @param {number} from the quarter that is shown, or the running one
   * @param {1 | -1} step
   * @param {boolean} far
   * @param {Day} today
   * @returns {Promise<Route | null>} null when there is nothing earlier
   */
  async neighbour(route, from, step, far, today) {
    const history = this.#history;
    if (route.view === "month" || route.view === "day") {
      const { year, month } = route.day;
      // The day before the first of a month, or that after its last, is in the other one.
      const edge = step < 0 ? { year, month, day: 1 } : laterDay({ year, month: month + 1, day: 1 }, -1);
      const day = await history.neighbourDay(route.view === "month" ? edge : route.day, step);
      return day || step > 0 ? { view: route.view, day: day ?? today } : null;
    }
    const id = far ? await history.sameTime(from, step) : await history.neighbour(from, step);
    if (id === null) return step > 0 ? { view: "now" } : null;
    return id === this.#source.quarter?.quarter_id ? { view: "now" } : { view: "quarter", id };
  }
}
