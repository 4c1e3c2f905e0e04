/**
 * `custom:digimon-quarter-card` for Home Assistant's dashboards: the running quarter as it goes on, what it may cost,
 * and the way back to earlier quarters, days and month peaks.
 *
 * It talks to Home Assistant only, so that it works over https and from outside the house. What the first view does
 * not need is loaded when somebody asks for it.
 */

import "./quarter-chart.js";
import { configForm, offerCard } from "./card-offer.js";
import { Source } from "./card-source.js";
import { runningStats, showRisk, showStats } from "./card-stats.js";
import { CARD_STYLE } from "./card-style.js";
import { cardTexts } from "./card-texts.js";
import { TOOLS, VIEWS, WAY, sameMonth, showTools, showWay } from "./card-way.js";
import { hide, write } from "./elements.js";
import { Formats, languageOf } from "./formats.js";
import { FLOOR_WATT, dayOf, dayPath, quarterAt } from "./quarters.js";

/** @typedef {import("./card-stats.js").Speech} Speech */
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

const GRID_COLUMNS = 12;
const SIZE_ROWS = 8;
const UNREAD_MILLISECONDS = 15000;

const TEMPLATE = `<style>${CARD_STYLE}</style>
<ha-card>
<h2 id="heading" hidden></h2>
${WAY}
<dl id="stats"></dl>
<p id="risk" role="status" hidden><span><b></b> <small></small></span></p>
<digimon-quarter-chart></digimon-quarter-chart>
<div id="peaks" hidden></div>
<p id="note" role="status"></p>
${TOOLS}
</ha-card>`;

class QuarterCard extends HTMLElement {
  /** The visual editor. */
  static getConfigForm() {
    return configForm();
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
  /** Whether the day that is shown was taken from the browser's clock, because the meter had not told its own yet. */
  #early = true;
  /** What has been asked for last; what comes of an earlier question is too late. */
  #turn = 0;
  #loading = false;
  #note = "";
  /** Which text tells that something did not work. @type {"failed" | "reload" | null} */
  #failure = null;
  /** @type {import("./card-past.js").Past | null} loaded for the first view of something earlier */
  #past = null;
  #readAt = 0;
  #later = 0;
  /** @type {Speech | null} */
  #speech = null;
  #language = "";
  /** Where `#showPlace` has shown that one is. */
  #place = "";

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    root.innerHTML = TEMPLATE;
    this.#chart = /** @type {QuarterChart} */ (root.querySelector("digimon-quarter-chart"));
    this.#part("far-before").onclick = () => this.#step(-1, true);
    this.#part("before").onclick = () => this.#step(-1, false);
    this.#part("after").onclick = () => this.#step(1, false);
    this.#part("far-after").onclick = () => this.#step(1, true);
    for (const view of VIEWS) this.#part(`view-${view}`).onclick = () => this.#openView(view);
    this.#part("to-peak").onclick = () => this.#toQuarter(this.#source.live?.month_peak?.quarter_id);
    this.#part("peaks").onclick = (event) => {
      const bar = /** @type {HTMLElement | null} */ (/** @type {HTMLElement} */ (event.target).closest("[data-quarter]"));
      if (bar) this.#toQuarter(Number(bar.dataset.quarter));
    };
    this.#chart.addEventListener("quarter-selected", (event) => this.#toQuarter(idOf(event)));
    this.#chart.addEventListener("day-selected", (event) => this.#open({ view: "day", day: dayOf(idOf(event)) }));
    this.#source.addEventListener("change", () => this.#changed());
  }

  #chart;

  /** @param {string} id */
  #part = (id) => /** @type {HTMLButtonElement} */ (this.shadowRoot?.getElementById(id));

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
    if (first) this.#openView(config.view ?? "now");
    else this.#show();
  }

  /** Home Assistant, anew with every state that changes in it. @param {any} hass */
  set hass(hass) {
    this.#hass = hass;
    this.classList.toggle("dark", hass.themes?.darkMode ?? false);
    // What is shown is of before.
    this.classList.toggle("lost", hass.connected === false);
    const language = languageOf(hass.locale?.language ?? hass.language);
    if (language !== this.#language) {
      this.#language = language;
      this.#speak(language);
    }
    this.#follow();
  }

  /** @param {import("./formats.js").Language} language */
  async #speak(language) {
    try {
      const texts = await cardTexts(language);
      if (language !== this.#language) return;
      this.#speech = { texts, formats: new Formats(language) };
      this.#chart.language = language;
      this.shadowRoot?.querySelector(".tools")?.setAttribute("aria-label", texts.views);
      this.#show();
    } catch {
      // With the next state that changes it is tried again.
      if (language === this.#language) this.#language = "";
    }
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
      this.#openView(/** @type {ViewName} */ (this.#route.view));
      return;
    }
    const newer = quarter && quarter.quarter_id !== this.#readAt && this.#route.view !== "quarter";
    const { view, day } = /** @type {any} */ (this.#route);
    const before = dayPath(dayOf(this.#readAt));
    // What shows today shows the next day at midnight, for a screen that nobody touches.
    if (day && dayPath(day) === before && before !== dayPath(this.#today)) this.#open({ view, day: this.#today });
    else if (newer || (this.#failure && quarter)) this.#load();
    else this.#show();
  }

  /** Open a view on the day that is shown. @param {ViewName} view */
  #openView(view) {
    const isDated = !this.#early && this.#route.view !== "now" && this.#route.view !== "peaks";
    const day = this.#early ? this.#today : this.#day;
    this.#open(view === "day" || view === "month" ? { view, day } : { view });
    this.#early = !isDated && !this.#source.quarter;
  }

  /** @param {number | null | undefined} id */
  #toQuarter(id) {
    if (id) this.#open(id === this.#source.quarter?.quarter_id ? { view: "now" } : { view: "quarter", id });
  }

  /** @param {Route} route */
  #open(route) {
    this.#route = route;
    this.#early = false;
    this.#past?.forget();
    this.#load();
  }

  async #load() {
    const turn = ++this.#turn;
    const wanted = () => turn === this.#turn;
    const route = this.#route;
    clearTimeout(this.#later);
    this.#note = "";
    this.#failure = null;
    this.#readAt = this.#source.quarter?.quarter_id ?? 0;
    this.#loading = route.view !== "now" && this.#source.live !== null;
    this.#show();
    if (!this.#loading) return;
    const past = await this.#loadPast();
    try {
      await past?.load(route, wanted, () => this.#show());
    } catch {
      if (wanted()) this.#failure = "failed";
    }
    if (!wanted()) return;
    this.#loading = false;
    if (past?.unread) this.#later = window.setTimeout(() => this.#load(), UNREAD_MILLISECONDS);
    this.#show();
  }

  /** What shows everything but the running quarter; null when the server has another version of it by now. */
  async #loadPast() {
    try {
      const { Past } = await import("./card-past.js");
      this.#past ??= new Past(this.#source, this.#part("peaks"));
    } catch {
      this.#failure = "reload";
    }
    return this.#past;
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
    const speech = this.#speech;
    if (!speech) return;
    const part = this.#part;
    const route = this.#route;
    const { live } = this.#source;
    const card = /** @type {HTMLElement} */ (this.shadowRoot?.querySelector("ha-card"));
    const isLoading = this.#loading && (this.#past?.isEmpty(route) ?? true);
    const kind = isLoading ? "loading" : route.view === "now" && live?.available ? "live" : "";
    if (card.className !== kind) card.className = kind;
    this.#showPlace(speech);
    hide(part("peaks"), route.view !== "peaks");
    hide(this.#chart, route.view === "peaks");
    this.#showChart(speech);
    write(part("note"), this.#reason(speech.texts));
  }

  /** Title, arrows and buttons, which stay as they are for most of a quarter. @param {Speech} speech */
  #showPlace(speech) {
    const route = this.#route;
    const { title } = this.#config;
    const running = this.#running;
    const peak = this.#source.live?.month_peak;
    const place = JSON.stringify([route, title, running, peak?.power, this.#early, speech.formats.language]);
    if (place === this.#place) return;
    this.#place = place;
    hide(this.#part("heading"), !title);
    write(this.#part("heading"), title ?? "");
    showWay(this.#part, { route, day: this.#day, today: this.#today, running }, speech);
    showTools(this.#part, route.view, peak, speech);
  }

  /** What is told below the chart. @param {import("./card-texts.js").CardTexts} texts */
  #reason(texts) {
    const { live, error } = this.#source;
    const { view } = this.#route;
    if (error === "not_found") return texts.notFound;
    if (error || !live) return texts.starting;
    if (this.#failure) return texts[this.#failure];
    if (this.#note) return this.#note;
    if (view === "now") return live.available ? "" : texts.unavailable;
    if (this.#past?.unread) return texts.unread;
    if (this.#loading) return view === "month" ? texts.loading : "";
    return this.#past?.isEmpty(this.#route) ? texts.nothing : "";
  }

  /** @param {Speech} speech */
  #showChart(speech) {
    const chart = this.#chart;
    const route = this.#route;
    const live = this.#source.live ?? {};
    const isNow = route.view === "now";
    const forecast = isNow ? (live.forecast ?? null) : null;
    const peak = sameMonth(this.#day, this.#today) ? (live.month_peak?.power ?? null) : null;
    const target = forecast ? forecast.target : peak !== null && peak < FLOOR_WATT ? FLOOR_WATT : null;
    chart.peak = peak;
    // One line is enough for what is one power.
    chart.target = target === peak ? null : target;
    chart.targetText = speech.texts.target;
    chart.projection = forecast?.projected ?? null;
    chart.running = isNow;
    const stats = this.#part("stats");
    if (isNow) {
      chart.month = null;
      chart.day = null;
      chart.quarter = this.#source.quarter;
      showStats(stats, live.available ? runningStats(live, speech) : []);
    } else this.#past?.show(chart, stats, route, { today: this.#today, formats: speech.formats, loading: this.#loading });
    showRisk(this.#part("risk"), forecast, speech);
  }

  /** @param {1 | -1} step @param {boolean} far */
  async #step(step, far) {
    const route = this.#route;
    const from = route.view === "quarter" ? route.id : this.#running;
    try {
      const past = await this.#loadPast();
      const next = await past?.neighbour(route, from, step, far, this.#today);
      if (this.#route !== route || next === undefined) return;
      if (next) this.#open(next);
      else this.#note = this.#speech?.texts.noEarlier ?? "";
    } catch {
      this.#note = this.#speech?.texts.failed ?? "";
    }
    this.#show();
  }
}

/** @param {Event} event */
function idOf(event) {
  return /** @type {CustomEvent<{id: number}>} */ (event).detail.id;
}

offerCard("digimon-quarter-card", QuarterCard);
