/** The chart and what belongs to it: the running quarter, a stored one, or a day, and the ways between them. */

import { BoardError } from "./board.js";
import { rowOf } from "./chart/rows.js";
import { dayQuarters, laterQuarter, quarterLabel } from "./chart/calendar.js";
import { dayOf, dayPath, quarterAt, quarterClock } from "./chart/quarters.js";
import { dayFile, download, quarterFile } from "./csv.js";
import { write } from "./chart/elements.js";
import { onDay, showDay } from "./date.js";
import { byId, disable, onPress } from "./dom.js";
import { compareDays } from "./history.js";
import { linesOf } from "./peaks.js";
import { dayStats, quarterStats, runningStats, showStats } from "./stats.js";

/** @typedef {import("./chart/quarter-chart.js").QuarterChart} QuarterChart */
/** @typedef {import("./chart/chart-model.js").QuarterDocument} QuarterDocument */
/** @typedef {import("./chart/chart-model.js").QuarterRow} QuarterRow */
/** @typedef {import("./chart/quarters.js").Day} Day */
/** @typedef {import("./history.js").History} History */
/** @typedef {import("./live.js").Live} Live */
/** @typedef {import("./speech.js").Speech} Speech */
/** @typedef {{view: "now"} | {view: "quarter", id: number} | {view: "day", day: Day}} Route */

/**
 * The address of what a route shows.
 *
 * @param {Route} route
 */
export function addressOf(route) {
  if (route.view === "now") return "#/";
  if (route.view === "day") return `#/${dayPath(route.day)}`;
  return `#/${dayPath(dayOf(route.id))}/${quarterLabel(route.id)}`;
}

export class Stage {
  /** @type {Route} */
  #route = { view: "now" };
  /** @type {QuarterDocument | null} */
  #document = null;
  /** @type {QuarterRow[]} */
  #rows = [];
  /** How many rows there will be, -1 while it is not known. */
  #of = -1;
  #loading = new AbortController();
  #failed = false;
  /** The running quarter when the day was read. */
  #readAt = 0;
  /** What is said when the next quarter is there. */
  #noteAfter = "";
  #live;
  #history;
  #speech;
  #chart = /** @type {QuarterChart} */ (byId("chart"));
  #date = /** @type {HTMLInputElement} */ (byId("date"));

  /** @param {Live} live @param {History} history @param {Speech} speech */
  constructor(live, history, speech) {
    this.#live = live;
    this.#history = history;
    this.#speech = speech;
    onPress("day-before", () => this.#step(-1, true));
    onPress("quarter-before", () => this.#step(-1, false));
    onPress("quarter-after", () => this.#step(1, false));
    onPress("day-after", () => this.#step(1, true));
    onPress("to-peak", () => live.peak && this.#go({ view: "quarter", id: live.peak.quarter_id }));
    onPress("to-day", () => this.#go({ view: "day", day: this.#day }));
    onPress("csv", () => this.#save());
    onDay(this.#date, (day) => this.#go({ view: "day", day }));
    this.#chart.addEventListener("quarter-selected", (event) => {
      this.#go({ view: "quarter", id: /** @type {CustomEvent<{id: number}>} */ (event).detail.id });
    });
  }

  /**
   * Show something else.
   *
   * @param {Route} route
   */
  open(route) {
    this.#route = route;
    this.#document = null;
    this.#rows = [];
    this.#of = -1;
    write(byId("note"), this.#noteAfter);
    this.#noteAfter = "";
    this.#load();
  }

  /** Ask for nothing any more. */
  close() {
    this.#loading.abort();
  }

  /** The board has said something new. */
  changed() {
    const { quarter, lost } = this.#live;
    const newer = this.#route.view === "day" && this.#isToday && quarter && quarter.quarter_id !== this.#readAt;
    if (!lost && (newer || this.#failed)) this.#load();
    else this.show();
  }

  async #load() {
    this.close();
    const control = (this.#loading = new AbortController());
    this.#failed = false;
    this.#readAt = this.#live.quarter?.quarter_id ?? 0;
    const route = this.#route;
    this.show();
    try {
      if (route.view === "quarter" && !this.#isRunning) {
        this.#document = await this.#history.quarter(route.id, control.signal);
        this.#of = 0;
      } else if (route.view === "day") {
        await this.#history.rows(route.day, this.#today, control.signal, (rows, of) => {
          this.#rows = rows;
          this.#of = of;
          this.show();
        });
      }
    } catch (error) {
      if (control.signal.aborted) return;
      if (!(error instanceof BoardError)) throw error;
      this.#failed = true;
    }
    if (!control.signal.aborted) this.show();
  }

  /** The date by the meter's clock, or by the browser's before the meter has told. */
  get #today() {
    return dayOf(this.#running);
  }

  get #running() {
    return this.#live.quarter?.quarter_id ?? quarterAt(Date.now() / 1000);
  }

  /** The date that is shown. */
  get #day() {
    const route = this.#route;
    return route.view === "day" ? route.day : route.view === "quarter" ? dayOf(route.id) : this.#today;
  }

  get #isToday() {
    return compareDays(this.#day, this.#today) === 0;
  }

  /** Whether the quarter that is shown is the one that goes on. */
  get #isRunning() {
    const route = this.#route;
    return route.view === "now" || (route.view === "quarter" && route.id === this.#live.quarter?.quarter_id);
  }

  /** Show what is known of the route. */
  show() {
    const { view } = this.#route;
    byId("stage").dataset.view = this.#isRunning ? "now" : view;
    this.#showTitle();
    this.#showControls();
    const { peak, target } = linesOf(this.#day, this.#live);
    const chart = this.#chart;
    chart.language = this.#speech.language;
    chart.peak = peak;
    chart.target = target;
    chart.targetText = this.#speech.say("minimum");
    if (view === "day") this.#showDay(this.#route.day);
    else this.#showQuarter();
  }

  #showQuarter() {
    const chart = this.#chart;
    const document = this.#isRunning ? this.#live.quarter : this.#document;
    const loading = this.#isRunning ? !this.#live.known : this.#of < 0;
    byId("stage").classList.toggle("loading", loading && !this.#failed);
    // While another one comes, the one before stays in sight.
    if (!loading) {
      chart.running = this.#isRunning;
      chart.quarter = document;
      chart.day = null;
    }
    if (this.#isRunning) showStats(runningStats(this.#live, this.#speech));
    else showStats(document ? quarterStats(document, this.#speech) : []);
    this.#explain(!loading && !document && !this.#isRunning, "noQuarter");
  }

  /** @param {Day} day */
  #showDay(day) {
    const rows = this.#dayRows();
    const now = this.#live.time ?? Date.now() / 1000;
    const complete = this.#of >= 0 && this.#rows.length >= this.#of;
    byId("stage").classList.toggle("loading", this.#of < 0 && !this.#failed);
    this.#chart.quarter = null;
    this.#chart.day = { day, rows, until: complete ? now : 0 };
    showStats(dayStats(rows, dayQuarters(day).length, this.#speech));
    const progress = complete || this.#of < 0 ? "" : { done: this.#rows.length, all: this.#of };
    write(byId("progress"), progress && this.#speech.say("loaded", progress));
    this.#explain(complete && !rows.length, "noDay");
  }

  /** The rows of the day in order of time, with the running quarter in it. */
  #dayRows() {
    const { quarter } = this.#live;
    if (!quarter || !this.#isToday) return this.#rows;
    return [...this.#rows.filter(({ id }) => id !== quarter.quarter_id), rowOf(quarter)];
  }

  /** @param {boolean} missing @param {string} reason */
  #explain(missing, reason) {
    const known = ["noQuarter", "noDay", "failed"].map((name) => this.#speech.say(name));
    const text = this.#failed ? "failed" : missing ? reason : "";
    if (text) write(byId("note"), this.#speech.say(text));
    else if (known.includes(byId("note").textContent ?? "")) write(byId("note"), "");
  }

  #showTitle() {
    const { formats } = this.#speech;
    const { view } = this.#route;
    const day = formats.day(this.#day);
    const id = this.#isRunning ? this.#running : view === "quarter" ? this.#route.id : 0;
    const kind = this.#isRunning ? "running" : view === "day" ? "wholeDay" : "stored";
    write(byId("kind"), this.#speech.say(kind));
    write(byId("title"), view === "day" ? day : this.#speech.quarter(id));
    write(byId("subtitle"), view === "day" ? "" : day);
    if (view !== "day") write(byId("progress"), "");
  }

  #showControls() {
    const { view } = this.#route;
    const { peak } = this.#live;
    const future = view === "day" ? compareDays(this.#day, this.#today) >= 0 : this.#isRunning;
    for (const id of ["quarter-after", "day-after"]) disable(byId(id), future);
    for (const id of ["quarter-before", "quarter-after"]) byId(id).hidden = view === "day";
    disable(byId("to-peak"), !peak);
    write(byId("peak-power"), peak ? this.#speech.formats.power(peak.power) : "");
    const isPeak = view === "quarter" && this.#route.id === peak?.quarter_id;
    /** @type {[string, boolean][]} */
    const pressed = [
      ["to-now", this.#isRunning],
      ["to-day", view === "day"],
      ["to-peak", isPeak],
    ];
    for (const [id, on] of pressed) byId(id).ariaCurrent = on ? "true" : null;
    showDay(this.#date, this.#day, this.#today);
    const data = view === "day" ? this.#rows.length : this.#isRunning ? this.#live.quarter : this.#document;
    disable(byId("csv"), !data || (view === "day" && this.#rows.length < this.#of));
  }

  /** @param {Route} route */
  #go(route) {
    const address = addressOf(route);
    if (location.hash === address) this.open(route);
    else location.hash = address;
  }

  /**
   * Go to a neighbour: of quarters the next that the card has, of days the same time.
   *
   * @param {1 | -1} step
   * @param {boolean} days
   */
  async #step(step, days) {
    const route = this.#route;
    const control = new AbortController();
    const from = route.view === "quarter" ? route.id : this.#running;
    try {
      if (route.view === "day") {
        const day = await this.#history.neighbourDay(route.day, step, this.#today, control.signal);
        if (this.#route !== route) return;
        if (day ?? step > 0) this.#go({ view: "day", day: day ?? this.#today });
        else write(byId("note"), this.#speech.say("noEarlier"));
        return;
      }
      const find = days ? this.#history.sameTime : this.#history.neighbour;
      const id = await find.call(this.#history, from, step, this.#today, control.signal);
      if (this.#route !== route) return;
      if (id === null && step < 0) write(byId("note"), this.#speech.say("noEarlier"));
      else if (id === null) this.#go({ view: "now" });
      else {
        if (!days) this.#noteAfter = this.#skipped(from, id, step);
        this.#go({ view: "quarter", id });
      }
    } catch (error) {
      if (!(error instanceof BoardError)) throw error;
      write(byId("note"), this.#speech.say("failed"));
    }
  }

  /**
   * What to say of the quarters between two of which the card has none.
   *
   * @param {number} from
   * @param {number} to
   * @param {1 | -1} step
   */
  #skipped(from, to, step) {
    if (laterQuarter(from, step) === to) return "";
    const [first, last] = step > 0 ? [laterQuarter(from), to] : [laterQuarter(to), from];
    const { formats } = this.#speech;
    const same = compareDays(dayOf(first), dayOf(last)) === 0;
    const [begin, end] = [first, last].map((id) => {
      const day = same ? "" : `${formats.day(dayOf(id), { day: "numeric", month: "long" })} `;
      return day + quarterClock(id);
    });
    return this.#speech.say("skipped", { from: begin, to: end });
  }

  #save() {
    // A comma is the decimal sign of all languages of digimon but English.
    const separator = this.#speech.language === "en" ? "," : ";";
    const document = this.#isRunning ? this.#live.quarter : this.#document;
    if (this.#route.view === "day") download(dayFile(this.#dayRows(), separator));
    else if (document) download(quarterFile(document, separator));
  }
}
