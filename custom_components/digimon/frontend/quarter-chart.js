/**
 * `<digimon-quarter-chart>`: the power of a quarter in 180 bars of 5 seconds, of a day in its quarters, or the peaks of
 * a month's days.
 *
 * It fetches nothing: set `quarter`, `day` or `month`, and `peak`, `target`, `projection`, `running` and `language` as
 * they change. Arrow keys, Home, End, mouse and touch move a cursor; in a day, Enter or a click gives the event
 * `quarter-selected` with the quarter's id as `detail.id`, in a month `day-selected` with that of the day's first.
 */

import { dayModel, monthModel, quarterModel } from "./chart-model.js";
import { Drawing } from "./chart-drawing.js";
import { Words } from "./chart-reading.js";
import { CHART_STYLE } from "./chart-style.js";
import { languageOf } from "./formats.js";

/** @typedef {import("./chart-model.js").DayDocument} DayDocument */
/** @typedef {import("./chart-model.js").MonthDocument} MonthDocument */
/** @typedef {import("./chart-model.js").QuarterDocument} QuarterDocument */
/** @typedef {import("./chart-drawing.js").Line} Line */

const PAGE_SLOTS = 12;
// A summary that is read aloud with every new interval would never end.
const SUMMARY_MILLISECONDS = 60000;
const TABLE_MILLISECONDS = 1000;

/** @type {Record<string, (slot: number, last: number) => number>} */
const KEYS = {
  ArrowLeft: (slot) => slot - 1,
  ArrowRight: (slot) => slot + 1,
  PageUp: (slot) => slot - PAGE_SLOTS,
  PageDown: (slot) => slot + PAGE_SLOTS,
  Home: () => 0,
  End: (_, last) => last,
};

/** @type {Record<string, string | undefined>} */
const SELECTED = { day: "quarter-selected", month: "day-selected" };

const TEMPLATE = `
<style>${CHART_STYLE}</style>
<div class="plot" tabindex="0" role="slider" aria-describedby="summary">
  <svg aria-hidden="true"></svg>
  <div class="labels" aria-hidden="true"></div>
  <div class="empty" aria-hidden="true" hidden></div>
  <div class="reading" aria-hidden="true" hidden></div>
</div>
<ul class="legend" aria-hidden="true"></ul>
<p class="unseen" id="summary" aria-live="polite"></p>
<div class="unseen"><table></table></div>
`;

/**
 * @typedef {object} ChartProperties
 * @property {QuarterDocument | null} quarter as the board answers it
 * @property {DayDocument | null} day what is shown instead of a quarter when it is not null
 * @property {MonthDocument | null} month what is shown instead of both when it is not null
 * @property {boolean} running whether the quarter goes on: its last interval is not finished, and what follows no gap
 * @property {number | null} peak the month peak in W, null when it is not known
 * @property {number | null} target another power in W that should not be passed, null for none
 * @property {number | null} projection W that a running quarter is expected to end with, null when it is not known
 * @property {string | null} targetText what the target is called; null for the word of the language
 * @property {string | null} language such as `nl` or `nl-BE`; null for that of the page
 */

/** @typedef {HTMLElement & ChartProperties} QuarterChart */

class QuarterChartElement extends HTMLElement {
  /** @type {ChartProperties} */
  #properties = {
    quarter: null,
    day: null,
    month: null,
    running: false,
    peak: null,
    target: null,
    projection: null,
    targetText: null,
    language: null,
  };
  #model = quarterModel(null, false);
  /** @type {Line[]} */
  #lines = [];
  #words = new Words("en");
  /** @type {number | null} */
  #cursor = null;
  #frame = 0;
  #table = 0;
  #summaryOf = "";
  #summaryAt = 0;
  #size = { width: 0, height: 0 };

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    root.innerHTML = TEMPLATE;
    /** @template {Element} T @param {string} selector @returns {T} */
    const part = (selector) => /** @type {T} */ (root.querySelector(selector));
    /** @type {HTMLElement} */
    this.#plot = part(".plot");
    /** @type {HTMLElement} */
    this.#reading = part(".reading");
    /** @type {HTMLElement} */
    this.#empty = part(".empty");
    /** @type {HTMLElement} */
    this.#legend = part(".legend");
    /** @type {HTMLElement} */
    this.#summary = part("#summary");
    /** @type {HTMLTableElement} */
    this.#rows = part("table");
    this.#drawing = new Drawing(part("svg"), part(".labels"));
    this.#observer = new ResizeObserver(([entry]) => {
      this.#size = entry.contentRect;
      this.#change();
    });
    for (const name of /** @type {(keyof ChartProperties)[]} */ (Object.keys(this.#properties))) this.#offer(name);
    this.#listen();
  }

  #plot;
  #reading;
  #empty;
  #legend;
  #summary;
  #rows;
  #drawing;
  #observer;

  /**
   * Make one of the properties.
   *
   * @template {keyof ChartProperties} Name
   * @param {Name} name
   */
  #offer(name) {
    // Set by a page that was faster than this module.
    const early = Object.getOwnPropertyDescriptor(this, name)?.value;
    Object.defineProperty(this, name, {
      get: () => this.#properties[name],
      set: (/** @type {ChartProperties[Name]} */ value) => {
        this.#properties[name] = value;
        this.#change();
      },
    });
    if (early !== undefined) this.#properties[name] = early;
  }

  connectedCallback() {
    this.#observer.observe(this.#plot);
    this.#change();
  }

  disconnectedCallback() {
    this.#observer.disconnect();
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#table);
    this.#frame = this.#table = 0;
  }

  /** Draw before the next picture of the screen, once for everything that changes until then. */
  #change() {
    if (!this.#frame && this.isConnected) this.#frame = requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    this.#frame = 0;
    const { width, height } = this.#size;
    if (!width || !height) return;
    const { quarter, day, month, running, projection, language } = this.#properties;
    this.#speak(languageOf(language ?? this.closest("[lang]")?.getAttribute("lang") ?? navigator.language));
    const shown = this.#model.ids[0];
    this.#model = month ? monthModel(month) : day ? dayModel(day) : quarterModel(quarter, running);
    if (this.#model.ids[0] !== shown) this.#cursor = null;
    this.#lines = this.#linesAcross();
    this.#drawing.draw(this.#model, this.#words.labels(this.#model, this.#lines, projection, width), {
      width,
      height,
      ratio: devicePixelRatio,
    });
    this.#drawLegend();
    this.#point(this.#cursor);
    this.#summarise();
    this.#table ||= window.setTimeout(() => this.#tabulate(), TABLE_MILLISECONDS);
  }

  /** @param {import("./formats.js").Language} language */
  #speak(language) {
    if (this.#words.formats.language === language) return;
    this.#words = new Words(language);
    this.#plot.lang = language;
    this.#summaryOf = "";
  }

  /** @returns {Line[]} */
  #linesAcross() {
    const { peak, target, targetText } = this.#properties;
    /** @type {Line[]} */
    const lines = [];
    if (peak !== null) lines.push(this.#words.line("peak", peak, null));
    if (target !== null) lines.push(this.#words.line("target", target, targetText));
    return lines;
  }

  #drawLegend() {
    const keys = this.#words.legend(this.#model);
    const text = keys.map(({ text }) => text).join();
    if (this.#legend.dataset.text === text) return;
    this.#legend.dataset.text = text;
    this.#legend.replaceChildren(...keys.map(({ kind, text }) => keyed("li", kind, text)));
  }

  /** The last slot that the cursor can go to. */
  get #last() {
    return this.#model.running >= 0 ? this.#model.running : this.#model.slots - 1;
  }

  /**
   * Move the cursor.
   *
   * @param {number | null} slot null to take it away
   */
  #point(slot) {
    const model = this.#model;
    this.#cursor = slot === null || !model.ids.length ? null : Math.min(Math.max(slot, 0), this.#last);
    const at = this.#cursor ?? this.#last;
    const reading = this.#words.reading(model, at);
    const values = {
      "aria-label": this.#words.title(model),
      "aria-valuemin": 0,
      "aria-valuemax": this.#last,
      "aria-valuenow": at,
      "aria-valuetext": [reading.time, ...reading.parts.map(({ text }) => text)].join(", "),
    };
    for (const [name, value] of Object.entries(values)) {
      if (this.#plot.getAttribute(name) !== String(value)) this.#plot.setAttribute(name, String(value));
    }
    this.#drawing.mark(this.#cursor);
    hide(this.#reading, this.#cursor === null);
    if (this.#cursor !== null) this.#show(reading, this.#drawing.middle(this.#cursor));
  }

  /** @param {import("./chart-reading.js").Reading} reading @param {number} x */
  #show(reading, x) {
    const time = document.createElement("strong");
    time.textContent = reading.time;
    const parts = reading.parts.map(({ kind, text }) => keyed("span", kind, text));
    this.#reading.replaceChildren(time, ...parts);
    const room = this.#size.width - this.#reading.offsetWidth;
    // Beside the cursor, on the side with more room, so that it does not cover the bar it is about.
    const place = x < this.#size.width / 2 ? x + 10 : x - 10 - this.#reading.offsetWidth;
    this.#reading.style.transform = `translateX(${Math.min(Math.max(place, 0), room)}px)`;
  }

  #summarise() {
    const model = this.#model;
    const empty = model.up.every((watt) => watt === null);
    hide(this.#empty, !empty);
    if (empty) this.#empty.textContent = this.#words.texts.empty;
    // Another quarter is told at once, what happens in it now and then.
    const subject = `${model.kind} ${model.ids[0]} ${model.running >= 0} ${empty}`;
    const now = performance.now();
    if (subject === this.#summaryOf && now - this.#summaryAt < SUMMARY_MILLISECONDS) return;
    this.#summaryOf = subject;
    this.#summaryAt = now;
    this.#summary.textContent = `${this.#words.title(model)}. ${this.#words.summary(model, this.#lines)}`;
  }

  /** The table may lag behind: nobody looks at it while it changes. */
  #tabulate() {
    this.#table = 0;
    const table = this.#words.table(this.#model);
    while (this.#rows.rows.length > table.length) this.#rows.deleteRow(-1);
    table.forEach((cells, number) => {
      const row = this.#rows.rows[number] ?? this.#rows.insertRow();
      cells.forEach((text, column) => {
        const cell = row.cells[column] ?? row.appendChild(document.createElement(number && column ? "td" : "th"));
        if (cell.textContent !== text) cell.textContent = text;
      });
    });
  }

  #listen() {
    const plot = this.#plot;
    /** @param {PointerEvent} event */
    const point = (event) => this.#point(this.#drawing.slotAt(event.clientX - plot.getBoundingClientRect().left));
    plot.addEventListener("pointermove", point);
    plot.addEventListener("pointerdown", point);
    plot.addEventListener("pointerleave", (event) => {
      // A finger that was lifted leaves the reading where it was.
      if (event.pointerType === "mouse") this.#point(null);
    });
    plot.addEventListener("blur", () => this.#point(null));
    plot.addEventListener("click", () => this.#select());
    plot.addEventListener("keydown", (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      const move = KEYS[event.key];
      if (move) this.#point(move(this.#cursor ?? this.#last + 1, this.#last));
      else if (event.key === "Escape") this.#point(null);
      else if (event.key === "Enter" || event.key === " ") this.#select();
      else return;
      event.preventDefault();
    });
  }

  #select() {
    const name = SELECTED[this.#model.kind];
    if (!name || this.#cursor === null) return;
    const detail = { id: this.#model.ids[this.#cursor] };
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}

/**
 * A text behind a patch of the colour of what it is about.
 *
 * @param {string} tag
 * @param {string} kind
 * @param {string} text
 */
function keyed(tag, kind, text) {
  const element = document.createElement(tag);
  const patch = document.createElement("span");
  patch.className = `key ${kind}`;
  element.append(patch, text);
  return element;
}

/** @param {HTMLElement} element @param {boolean} hidden */
function hide(element, hidden) {
  if (element.hidden !== hidden) element.hidden = hidden;
}

// The page of a board has it once; a dashboard may load two versions of the card.
if (!customElements.get("digimon-quarter-chart")) customElements.define("digimon-quarter-chart", QuarterChartElement);
