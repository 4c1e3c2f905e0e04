/**
 * `<digimon-quarter-chart>`: the power of a quarter in 180 bars of 5 seconds, of a day in its quarters, or the peaks of
 * a month's days.
 *
 * It fetches nothing: set `quarter`, `day` or `month`, and `peak`, `target`, `projection`, `running` and `language` as
 * they change. Arrow keys, Home, End, mouse and touch move a cursor; in a day, Enter or a click gives the event
 * `quarter-selected` with the quarter's id as `detail.id`, in a month `day-selected` with that of the day's first.
 */

import { quarterModel } from "./chart-model.js";
import { Drawing } from "./chart-drawing.js";
import { Words } from "./chart-reading.js";
import { Spoken } from "./chart-spoken.js";
import { CHART_STYLE } from "./chart-style.js";
import { chartTexts } from "./chart-texts.js";
import { hide } from "./elements.js";
import { languageOf } from "./formats.js";

/** @typedef {import("./chart-model.js").DayDocument} DayDocument */
/** @typedef {import("./chart-model.js").MonthDocument} MonthDocument */
/** @typedef {import("./chart-model.js").QuarterDocument} QuarterDocument */
/** @typedef {import("./chart-drawing.js").Line} Line */
/** @typedef {import("./formats.js").Language} Language */

const EVENTS = ["focus", "blur", "keydown", "click", "pointermove", "pointerdown", "pointerleave"];

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

/** @typedef {HTMLElement & ChartProperties & {busy: boolean}} QuarterChart */

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
  /** @type {Words | null} those of a language that has been loaded */
  #words = null;
  /** @type {Language | null} that is on its way */
  #expected = null;
  /** @type {typeof import("./chart-days.js") | null} loaded for the first day or month */
  #days = null;
  /** @type {typeof import("./chart-cursor.js") | null} loaded when a key, a mouse or a finger comes near */
  #hand = null;
  #pointed;
  /** For how many files it waits. */
  #waiting = 0;
  #loading = false;
  /** @type {number | null} */
  #cursor = null;
  #frame = 0;
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
    this.#spoken = new Spoken({
      legend: part(".legend"),
      empty: part(".empty"),
      summary: part("#summary"),
      table: part("table"),
    });
    this.#drawing = new Drawing(part("svg"), part(".labels"));
    this.#observer = new ResizeObserver(([entry]) => {
      this.#size = entry.contentRect;
      this.#change();
    });
    for (const name of /** @type {(keyof ChartProperties)[]} */ (Object.keys(this.#properties))) this.#offer(name);
    for (const type of EVENTS) this.#plot.addEventListener(type, (event) => this.#hear(event));
    const chart = this;
    this.#pointed = {
      get cursor() {
        return chart.#cursor;
      },
      get last() {
        return chart.#last;
      },
      slotAt: (/** @type {PointerEvent} */ { clientX }) =>
        this.#drawing.slotAt(clientX - this.#plot.getBoundingClientRect().left),
      point: (/** @type {number | null} */ slot) => this.#point(slot),
      select: () => this.#select(),
    };
  }

  #plot;
  #reading;
  #spoken;
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
    this.#spoken.stop();
    this.#frame = 0;
  }

  /** Draw before the next picture of the screen, once for everything that changes until then. */
  #change() {
    if (!this.#frame && this.isConnected) this.#frame = requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    this.#frame = 0;
    const { width, height } = this.#size;
    const { language, projection } = this.#properties;
    const words = this.#speak(languageOf(language ?? this.closest("[lang]")?.getAttribute("lang") ?? navigator.language));
    const model = this.#makeModel();
    // What is missing comes, and draws.
    if (!width || !height || !words || !model) return;
    if (this.#model.ids[0] !== model.ids[0]) this.#cursor = null;
    this.#model = model;
    this.#lines = this.#linesAcross(words);
    const size = { width, height, ratio: devicePixelRatio };
    this.#drawing.draw(model, words.labels(model, this.#lines, projection, width), size);
    this.#point(this.#cursor);
    this.#spoken.tell(words, model, this.#lines);
  }

  /** Whether something that was set is not drawn yet. */
  get busy() {
    return this.#frame > 0 || this.#waiting > 0 || this.#loading || this.#expected !== null;
  }

  /** What is to be shown; null as long as what makes it is loaded. */
  #makeModel() {
    const { quarter, day, month, running } = this.#properties;
    if (!month && !day) return quarterModel(quarter, running);
    if (this.#days) return month ? this.#days.monthModel(month) : day && this.#days.dayModel(day);
    if (!this.#loading) {
      this.#loading = true;
      import("./chart-days.js")
        .then((days) => (this.#days = days), console.error)
        .finally(() => {
          this.#loading = false;
          if (this.#days) this.#change();
        });
    }
    return null;
  }

  /**
   * The words to speak with: until a language is there those of another one, or null.
   *
   * @param {Language} language
   */
  #speak(language) {
    if (this.#words?.formats.language !== language && this.#expected !== language) {
      this.#expected = language;
      chartTexts(language)
        .then((texts) => {
          if (this.#expected === language) this.#words = new Words(language, texts);
        }, console.error)
        .finally(() => {
          if (this.#expected !== language) return;
          this.#expected = null;
          if (this.#words?.formats.language !== language) return;
          this.#plot.lang = language;
          this.#change();
        });
    }
    return this.#words;
  }

  /** @param {Words} words @returns {Line[]} */
  #linesAcross(words) {
    const { peak, target, targetText } = this.#properties;
    /** @type {Line[]} */
    const lines = [];
    if (peak !== null) lines.push(words.line("peak", peak, null));
    if (target !== null) lines.push(words.line("target", target, targetText));
    return lines;
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
    const words = this.#words;
    if (!words) return;
    this.#cursor = slot === null || !model.ids.length ? null : Math.min(Math.max(slot, 0), this.#last);
    const at = this.#cursor ?? this.#last;
    const reading = words.reading(model, at);
    const values = {
      "aria-label": words.title(model),
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
    if (this.#cursor !== null) {
      this.#hand?.showReading(this.#reading, reading, this.#drawing.middle(this.#cursor), this.#size.width);
    }
  }

  /** What is heard before the hand is there is done when it is. @param {Event} event */
  async #hear(event) {
    if (!this.#hand) {
      this.#waiting++;
      try {
        this.#hand = await import("./chart-cursor.js");
      } catch (error) {
        console.error(error);
        return;
      } finally {
        this.#waiting--;
      }
    }
    this.#hand.hear(event, this.#pointed);
  }

  #select() {
    const name = SELECTED[this.#model.kind];
    if (!name || this.#cursor === null) return;
    const detail = { id: this.#model.ids[this.#cursor] };
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}

// The page of a board has it once; a dashboard may load two versions of the card.
if (!customElements.get("digimon-quarter-chart")) customElements.define("digimon-quarter-chart", QuarterChartElement);
