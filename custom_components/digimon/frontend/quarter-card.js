/**
 * `custom:digimon-quarter-card` for Home Assistant's dashboards: the running quarter as it goes on, what it may cost,
 * and the way back to earlier quarters, days and month peaks.
 *
 * It talks to Home Assistant only, so that it works over https and from outside the house.
 */

import "./quarter-chart.js";
import { CARD_STYLE } from "./card-style.js";
import { showPeaks } from "./card-peaks.js";
import { Source } from "./card-source.js";
import { dayStats, monthStats, quarterStats, runningStats, showRisk, showStats } from "./card-stats.js";
import { cardTexts } from "./card-texts.js";
import { rowOf } from "./chart-model.js";
import { write } from "./elements.js";
import { Formats, languageOf } from "./formats.js";
import { FLOOR_WATT } from "./month-peaks.js";
import { QUARTER_SECONDS, dayOf, dayPath, dayQuarters, laterDay, quarterAt, quarterClock } from "./quarters.js";

/** @typedef {import("./chart-model.js").QuarterDocument} QuarterDocument */
/** @typedef {import("./chart-model.js").QuarterRow} QuarterRow */
/** @typedef {import("./quarter-chart.js").QuarterChart} QuarterChart */
/** @typedef {import("./quarters.js").Day} Day */
/** @typedef {"now" | "day" | "month" | "peaks"} ViewName */
/** @typedef {{view: "now" | "peaks"} | {view: "quarter", id: number} | {view: "day" | "month", day: Day}} Route */

/**
 * @typedef {object} CardConfig
 * @property {string} [config_entry_id] which board, as the editor chooses it
 * @property {string} [device_id] the same, as one writes it in YAML; with neither, the only one
 * @property {string} [title]
 * @property {ViewName} [view] what is shown first
 */

const TYPE = "digimon-quarter-card";
/** @type {ViewName[]} */
const VIEWS = ["now", "day", "month", "peaks"];
const GRID_COLUMNS = 12;
const SIZE_ROWS = 8;
const UNREAD_MILLISECONDS = 15000;

/** @param {string} path */
const arrow = (path) => `<svg viewBox="0 0 24 24" aria-hidden="true"><path d="${path}"/></svg>`;
const TEMPLATE = `
<style>${CARD_STYLE}</style>
<ha-card>
  <h2 id="heading" hidden></h2>
  <div class="way">
    <button id="far-before" type="button">${arrow("M18 6l-6 6 6 6M11 6l-6 6 6 6")}</button>
    <button id="before" type="button">${arrow("M15 6l-6 6 6 6")}</button>
    <div class="where"><p id="kind"></p><p id="title" role="heading" aria-level="3"></p><p id="subtitle"></p></div>
    <button id="after" type="button">${arrow("M9 6l6 6-6 6")}</button>
    <button id="far-after" type="button">${arrow("M6 6l6 6-6 6M13 6l6 6-6 6")}</button>
  </div>
  <dl id="stats"></dl>
  <p id="risk" role="status" hidden></p>
  <digimon-quarter-chart></digimon-quarter-chart>
  <div id="peaks" hidden>
    <p class="mean"><b></b><span></span></p>
    <ol class="peak-bars"></ol>
    <p class="explained"></p>
  </div>
  <p id="note" role="status"></p>
  <div class="tools" role="group">
    ${VIEWS.map((view) => `<button id="view-${view}" type="button"></button>`).join("")}
    <button id="to-peak" type="button"></button>
  </div>
</ha-card>`;

/** The language of a window of Home Assistant, for what is asked before there is a card. */
function languageOfWindow() {
  const home = /** @type {any} */ (document.querySelector("home-assistant"));
  return languageOf(home?.hass?.locale?.language ?? navigator.language);
}

class QuarterCard extends HTMLElement {
  /** The visual editor. */
  static getConfigForm() {
    const texts = cardTexts(languageOfWindow());
    /** @type {Record<string, string>} */
    const labels = { config_entry_id: texts.board, title: texts.title, view: texts.first };
    const options = VIEWS.map((value) => ({ value, label: viewText(texts, value) }));
    return {
      schema: [
        { name: "config_entry_id", selector: { config_entry: { integration: "digimon" } } },
        { name: "title", selector: { text: {} } },
        { name: "view", selector: { select: { mode: "dropdown", options } } },
      ],
      computeLabel: (/** @type {{name: string}} */ { name }) => labels[name],
      computeHelper: (/** @type {{name: string}} */ { name }) => (name === "config_entry_id" ? texts.boardHelp : undefined),
    };
  }

  static getStubConfig() {
    return {};
  }

  /** @type {CardConfig} */
  #config = {};
  /** @type {any} */
  #hass = null;
  /** @type {any} the connection and board that are followed */
  #followed = null;
  #source = new Source();
  /** @type {Route} */
  #route = { view: "now" };
  /** Whether what is shown was chosen before the meter had told what day it is. */
  #early = true;
  /** What has been asked for last; what comes of an earlier question is too late. */
  #turn = 0;
  #loading = false;
  #note = "";
  /** @type {QuarterDocument | null} */
  #document = null;
  /** @type {QuarterRow[]} */
  #rows = [];
  /** @type {{id: number, power: number}[]} */
  #peaks = [];
  #readAt = 0;
  /** Whether the board has not read from its card all that is shown. */
  #unread = false;
  #later = 0;
  #texts = cardTexts("en");
  #formats = new Formats("en");

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    root.innerHTML = TEMPLATE;
    this.#chart = /** @type {QuarterChart} */ (root.querySelector("digimon-quarter-chart"));
    this.#part("far-before").onclick = () => this.#step(-1, true);
    this.#part("before").onclick = () => this.#step(-1, false);
    this.#part("after").onclick = () => this.#step(1, false);
    this.#part("far-after").onclick = () => this.#step(1, true);
    for (const view of VIEWS) this.#part(`view-${view}`).onclick = () => this.#open(this.#routeOf(view));
    this.#part("to-peak").onclick = () => this.#toQuarter(this.#source.live?.month_peak?.quarter_id);
    this.#part("peaks").onclick = (event) => {
      const bar = /** @type {HTMLElement} */ (event.target).closest("[data-quarter]");
      if (bar) this.#toQuarter(Number(/** @type {HTMLElement} */ (bar).dataset.quarter));
    };
    this.#chart.addEventListener("quarter-selected", (event) => this.#toQuarter(idOf(event)));
    this.#chart.addEventListener("day-selected", (event) => this.#open({ view: "day", day: dayOf(idOf(event)) }));
    this.#source.addEventListener("change", () => this.#changed());
  }

  #chart;

  /** @param {string} id */
  #part(id) {
    return /** @type {HTMLButtonElement} */ (this.shadowRoot?.getElementById(id));
  }

  /**
   * Take what was chosen in the editor or written in YAML.
   *
   * @param {CardConfig} config
   * @throws {Error} what Home Assistant shows instead of the card
   */
  setConfig(config) {
    if (config.view !== undefined && !VIEWS.includes(config.view)) throw new Error(`view: ${VIEWS.join(", ")}`);
    const first = this.#config.view !== config.view;
    this.#config = config;
    this.#follow();
    if (first) this.#open(this.#routeOf(config.view ?? "now"));
    else this.#show();
  }

  /** Home Assistant, anew with every state that changes in it. @param {any} hass */
  set hass(hass) {
    const before = this.#hass;
    this.#hass = hass;
    this.classList.toggle("dark", hass.themes?.darkMode ?? false);
    const language = languageOf(hass.locale?.language ?? hass.language);
    const spoke = this.#formats.language;
    if (language !== spoke || !before) {
      this.#texts = cardTexts(language);
      this.#formats = new Formats(language);
      this.#chart.language = language;
      this.#show();
    }
    this.#follow();
  }

  getCardSize() {
    return SIZE_ROWS;
  }

  getGridOptions() {
    return { columns: GRID_COLUMNS, min_columns: GRID_COLUMNS / 2, min_rows: SIZE_ROWS - 1 };
  }

  connectedCallback() {
    this.#follow();
  }

  disconnectedCallback() {
    clearTimeout(this.#later);
    this.#source.leave();
    this.#followed = null;
  }

  #follow() {
    if (!this.isConnected || !this.#hass) return;
    const { config_entry_id, device_id } = this.#config;
    const { connection } = this.#hass;
    const key = `${config_entry_id} ${device_id}`;
    if (this.#followed?.connection === connection && this.#followed.key === key) return;
    this.#followed = { connection, key };
    this.#source.follow(connection, { ...(config_entry_id && { config_entry_id }), ...(device_id && { device_id }) });
  }

  #changed() {
    const { quarter } = this.#source;
    if (quarter && this.#early) {
      this.#route = { view: "now" };
      this.#open(this.#routeOf(this.#config.view ?? "now"));
      return;
    }
    const newer = quarter && quarter.quarter_id !== this.#readAt && this.#route.view !== "quarter";
    if (newer || (this.#failed && quarter)) this.#load();
    else this.#show();
  }

  /** @param {ViewName} view @returns {Route} */
  #routeOf(view) {
    return view === "day" || view === "month" ? { view, day: this.#day } : { view };
  }

  /** @param {number | null | undefined} id */
  #toQuarter(id) {
    if (id) this.#open(id === this.#source.quarter?.quarter_id ? { view: "now" } : { view: "quarter", id });
  }

  /** @param {Route} route */
  #open(route) {
    this.#route = route;
    this.#early = !this.#source.quarter;
    this.#document = null;
    this.#rows = [];
    this.#peaks = [];
    this.#unread = false;
    this.#note = "";
    this.#load();
  }

  #failed = false;

  async #load() {
    const turn = ++this.#turn;
    const route = this.#route;
    clearTimeout(this.#later);
    this.#failed = false;
    this.#readAt = this.#source.quarter?.quarter_id ?? 0;
    this.#loading = route.view !== "now" && route.view !== "peaks" && this.#source.live !== null;
    this.#show();
    if (!this.#loading) return;
    try {
      if (route.view === "quarter") {
        const document = await this.#source.stored(route.id);
        if (turn === this.#turn) this.#document = document;
      } else if (route.view === "day") {
        const rows = await this.#source.rows(route.day);
        if (turn === this.#turn) {
          this.#rows = rows;
          this.#unread = this.#source.isUnread(route.day);
        }
      } else if (route.view === "month") await this.#loadMonth(route.day, turn);
    } catch {
      if (turn === this.#turn) this.#failed = true;
    }
    if (turn !== this.#turn) return;
    this.#loading = false;
    if (this.#unread) this.#later = window.setTimeout(() => this.#load(), UNREAD_MILLISECONDS);
    this.#show();
  }

  /** The days of a month, newest first, each shown as it comes. @param {Day} month @param {number} turn */
  async #loadMonth(month, turn) {
    const days = await this.#source.days();
    /** @type {{id: number, power: number}[]} */
    const peaks = [];
    let unread = false;
    for (const day of days.filter((day) => sameMonth(day, month)).reverse()) {
      const rows = await this.#source.rows(day);
      if (turn !== this.#turn) return;
      unread ||= this.#source.isUnread(day);
      if (!rows.length) continue;
      const highest = rows.reduce((best, row) => (row.consumed > best.consumed ? row : best));
      peaks.push({ id: highest.id, power: highest.consumed });
      // What was there before is not taken away while it is asked for again.
      if (peaks.length > this.#peaks.length) this.#peaks = [...peaks];
      this.#show();
    }
    this.#peaks = peaks;
    this.#unread = unread;
  }

  /** The date by the meter's clock, or by the browser's before the meter has told. */
  get #today() {
    return dayOf(this.#running);
  }

  get #running() {
    return this.#source.quarter?.quarter_id ?? quarterAt(Date.now() / 1000);
  }

  /** The date that is shown. */
  get #day() {
    const route = this.#route;
    return route.view === "quarter" ? dayOf(route.id) : "day" in route ? route.day : this.#today;
  }

  #show() {
    if (!this.#hass) return;
    const { view } = this.#route;
    const { live, error } = this.#source;
    const card = /** @type {HTMLElement} */ (this.shadowRoot?.querySelector("ha-card"));
    const { title } = this.#config;
    this.#part("heading").hidden = !title;
    write(this.#part("heading"), title ?? "");
    card.classList.toggle("live", view === "now" && live?.available);
    card.classList.toggle("loading", this.#loading && !this.#peaks.length);
    this.#showWay();
    this.#showTools();
    this.#part("peaks").hidden = view !== "peaks";
    this.#chart.hidden = view === "peaks";
    const speech = { texts: this.#texts, formats: this.#formats };
    if (view === "peaks") {
      showPeaks(this.#part("peaks"), this.#source.peaks, this.#today, speech);
      showStats(this.#part("stats"), []);
    } else this.#showChart(speech);
    this.#showRisk(speech);
    write(this.#part("note"), this.#reason(error));
  }

  /** @param {string | null} error */
  #reason(error) {
    const texts = this.#texts;
    const { live } = this.#source;
    const { view } = this.#route;
    if (error === "not_found") return texts.notFound;
    if (error || !live) return texts.starting;
    if (this.#failed) return texts.failed;
    if (this.#note) return this.#note;
    if (!live.available && view === "now") return texts.unavailable;
    const empty = { quarter: !this.#document, day: !this.#dayRows.length, month: !this.#peaks.length };
    if (this.#unread) return texts.unread;
    if (this.#loading) return view === "month" ? texts.loading : "";
    return view in empty && empty[/** @type {keyof empty} */ (view)] ? texts.nothing : "";
  }

  /** @param {import("./card-stats.js").Speech} speech */
  #showChart(speech) {
    const chart = this.#chart;
    const route = this.#route;
    const live = this.#source.live ?? {};
    const forecast = route.view === "now" ? (live.forecast ?? null) : null;
    const peak = sameMonth(this.#day, this.#today) ? (live.month_peak?.power ?? null) : null;
    const target = forecast ? forecast.target : peak !== null && peak < FLOOR_WATT ? FLOOR_WATT : null;
    chart.peak = peak;
    // One line is enough for what is one power.
    chart.target = target === peak ? null : target;
    chart.targetText = this.#texts.target;
    chart.projection = forecast?.projected ?? null;
    const stats = this.#part("stats");
    const now = live.time ?? Date.now() / 1000;
    chart.running = route.view === "now";
    chart.month = null;
    chart.day = null;
    if (route.view === "day") {
      const rows = this.#dayRows;
      chart.day = { day: route.day, rows, until: this.#loading || this.#unread ? 0 : now };
      showStats(stats, dayStats(rows, dayQuarters(route.day).length, speech));
    } else if (route.view === "month") {
      const { year, month } = route.day;
      chart.month = { year, month, peaks: this.#peaks, until: this.#loading || this.#unread ? 0 : now };
      showStats(stats, monthStats(this.#peaks, speech));
    } else if (route.view === "quarter") {
      chart.quarter = this.#document;
      showStats(stats, this.#document ? quarterStats(this.#document, speech) : []);
    } else {
      chart.quarter = this.#source.quarter;
      showStats(stats, live.available ? runningStats(live, speech) : []);
    }
  }

  /** The quarters of the day, with the running one in it. */
  get #dayRows() {
    const { quarter } = this.#source;
    if (!quarter || dayPath(this.#day) !== dayPath(this.#today)) return this.#rows;
    return [...this.#rows.filter(({ id }) => id !== quarter.quarter_id), rowOf(quarter)];
  }

  /** @param {import("./card-stats.js").Speech} speech */
  #showRisk(speech) {
    const forecast = this.#route.view === "now" ? this.#source.live?.forecast : null;
    const risk = this.#part("risk");
    risk.hidden = !forecast?.level;
    if (forecast?.level) showRisk(risk, forecast, speech);
  }

  #showWay() {
    const texts = this.#texts;
    const route = this.#route;
    const { view } = route;
    const day = this.#formats.day(this.#day);
    const months = view === "month";
    const kinds = { now: texts.running, quarter: texts.quarter, day: texts.wholeDay, month: texts.wholeMonth, peaks: "" };
    write(this.#part("kind"), kinds[view]);
    const id = route.view === "quarter" ? route.id : this.#running;
    const titles = {
      day,
      month: this.#formats.day(this.#day, { month: "long", year: "numeric" }),
      peaks: texts.monthPeaks,
    };
    const quarter = `${quarterClock(id)} – ${quarterClock(id, QUARTER_SECONDS)}`;
    write(this.#part("title"), view in titles ? titles[/** @type {keyof titles} */ (view)] : quarter);
    write(this.#part("subtitle"), view === "now" || view === "quarter" ? day : "");
    const last = view === "now" || (months ? sameMonth(this.#day, this.#today) : view === "day" && dayPath(this.#day) >= dayPath(this.#today));
    for (const name of ["before", "after"]) this.#part(name).hidden = view === "day" || months || view === "peaks";
    for (const name of ["far-before", "far-after"]) this.#part(name).hidden = view === "peaks";
    for (const name of ["after", "far-after"]) this.#part(name).disabled = last;
    label(this.#part("before"), texts.quarterBefore);
    label(this.#part("after"), texts.quarterAfter);
    label(this.#part("far-before"), months ? texts.monthBefore : texts.dayBefore);
    label(this.#part("far-after"), months ? texts.monthAfter : texts.dayAfter);
  }

  #showTools() {
    const texts = this.#texts;
    const { view } = this.#route;
    for (const name of VIEWS) {
      write(this.#part(`view-${name}`), viewText(texts, name));
      this.#part(`view-${name}`).setAttribute("aria-pressed", String(view === name));
    }
    const peak = this.#source.live?.month_peak;
    this.#part("to-peak").disabled = !peak;
    write(this.#part("to-peak"), `${texts.monthPeak} ${peak ? this.#formats.power(peak.power) : ""}`.trim());
    this.shadowRoot?.querySelector(".tools")?.setAttribute("aria-label", texts.views);
  }

  /**
   * Go to a neighbour: of quarters the next that is known, or the same time on another day; of days and months likewise.
   *
   * @param {1 | -1} step
   * @param {boolean} far
   */
  async #step(step, far) {
    const route = this.#route;
    const from = route.view === "quarter" ? route.id : this.#running;
    try {
      const next = await this.#neighbour(route, from, step, far);
      if (this.#route !== route) return;
      if (next) this.#open(next);
      else if (step > 0) this.#open(this.#routeOf(route.view === "quarter" ? "now" : /** @type {ViewName} */ (route.view)));
      else {
        this.#note = this.#texts.noEarlier;
        this.#show();
      }
    } catch {
      this.#note = this.#texts.failed;
      this.#show();
    }
  }

  /**
   * @param {Route} route
   * @param {number} from
   * @param {1 | -1} step
   * @param {boolean} far
   * @returns {Promise<Route | null>}
   */
  async #neighbour(route, from, step, far) {
    const source = this.#source;
    if (route.view === "month") {
      const { year, month } = route.day;
      // The day before the first, or that after the last, is in the other month.
      const edge = step < 0 ? { year, month, day: 1 } : laterDay({ year, month: month + 1, day: 1 }, -1);
      const day = await source.neighbourDay(edge, step);
      return day ? { view: "month", day } : step > 0 ? { view: "month", day: this.#today } : null;
    }
    if (route.view === "day") {
      const day = await source.neighbourDay(route.day, step);
      return day ? { view: "day", day } : step > 0 ? { view: "day", day: this.#today } : null;
    }
    const id = far ? await this.#sameTime(from, step) : await source.neighbour(from, step);
    if (id === null) return step > 0 ? { view: "now" } : null;
    return id === source.quarter?.quarter_id ? { view: "now" } : { view: "quarter", id };
  }

  /** @param {number} id @param {1 | -1} step */
  async #sameTime(id, step) {
    const day = await this.#source.neighbourDay(dayOf(id), step);
    const rows = day ? await this.#source.rows(day) : [];
    const distance = (/** @type {QuarterRow} */ row) => Math.abs((row.id & 0x7f) - (id & 0x7f));
    return rows.length ? rows.reduce((best, row) => (distance(row) < distance(best) ? row : best)).id : null;
  }
}

/** @param {Event} event */
function idOf(event) {
  return /** @type {CustomEvent<{id: number}>} */ (event).detail.id;
}

/** @param {Day} one @param {Day} other */
function sameMonth(one, other) {
  return one.year === other.year && one.month === other.month;
}

/** @param {HTMLElement} button @param {string} text */
function label(button, text) {
  if (button.title === text) return;
  button.title = text;
  button.setAttribute("aria-label", text);
}

/** @param {import("./card-texts.js").CardTexts} texts @param {ViewName} view */
function viewText(texts, view) {
  return { now: texts.now, day: texts.wholeDay, month: texts.wholeMonth, peaks: texts.peaks }[view];
}

// After an update both versions may meet in a window that stays open.
if (!customElements.get(TYPE)) {
  customElements.define(TYPE, QuarterCard);
  const texts = cardTexts(languageOfWindow());
  const cards = (/** @type {any} */ (window).customCards ??= []);
  cards.push({
    type: TYPE,
    name: texts.name,
    description: texts.description,
    preview: true,
    documentationURL: "https://github.com/digimon-energy/digimon#the-quarter-card",
    getEntitySuggestion: (/** @type {any} */ hass, /** @type {string} */ entity) =>
      hass.entities[entity]?.platform === "digimon" ? { config: { type: `custom:${TYPE}` } } : null,
  });
}
