/**
 * Draws a chart's model as SVG. All bars of a kind are one path, and an attribute is only written when it changed:
 * the next interval of a running quarter costs a few hundred numbers and no new elements.
 */

import { isGap } from "./chart-model.js";
import { levels, scaleOf } from "./chart-scale.js";

/** @typedef {import("./chart-model.js").ChartModel} ChartModel */
/** @typedef {import("./chart-model.js").Values} Values */
/** @typedef {import("./chart-scale.js").Scale} Scale */

/**
 * @typedef {object} Line a level across the chart
 * @property {"peak" | "target"} kind
 * @property {number} watt
 * @property {string} text
 */

/**
 * @typedef {object} Labels
 * @property {Line[]} lines
 * @property {string} average text at the line of the average
 * @property {number | null} projection W that the average is expected to end with
 * @property {{slot: number, text: string}[]} times along the lower edge
 * @property {(watt: number, scale: Scale) => string} level text of a line of the grid
 */

const SVG = "http://www.w3.org/2000/svg";
const TOP = 20;
const BOTTOM = 24;
const RIGHT = 8;
// A generous width of one letter of the axes, in pixels: measuring each would cost more than drawing all.
const LETTER = 7.4;
const LABEL_HEIGHT = 18;
const LABEL_GAP = 3;
// From a line up to the upper edge of the label on it.
const OVER_LINE = LABEL_GAP + LABEL_HEIGHT;
// A chart that has not room for two labels, in pixels.
const NARROW_CHART = 480;
// Bars this narrow, in pixels of the screen, touch each other.
const NARROW = 4;
// The part of a slot that is left between two bars.
const SPACE = 0.12;

/** A chart in an SVG element, whose coordinates are pixels of the page. */
export class Drawing {
  /** @type {Map<string, SVGElement>} */
  #elements = new Map();
  /** @type {Map<string, HTMLElement>} */
  #labels = new Map();
  /** @type {number[]} upper edges of the labels that are seen, in pixels */
  #tops = [];
  /** @type {{model: ChartModel, scale: Scale} | null} */
  #shown = null;
  #width = 0;
  #height = 0;
  #left = 0;
  #ratio = 1;

  /**
   * @param {SVGSVGElement} svg
   * @param {HTMLElement} labels in the same place, for what has to be read before the bars
   */
  constructor(svg, labels) {
    const fine = this.#make("g", "fine");
    for (const name of ["gaps", "most offtake", "most injection", "offtake", "injection", "over", "running"]) {
      fine.append(this.#make("path", name));
    }
    const clip = this.#make("clipPath", "above");
    clip.id = "above";
    clip.append(this.#make("rect", "above-area"));
    this.#get("over").setAttribute("clip-path", "url(#above)");
    const behind = [this.#make("path", "grid"), this.#make("g", "levels"), this.#make("g", "times")];
    const lines = ["zero", "rest", "average", "peak", "target", "cursor"].map((name) => this.#make("path", name));
    svg.append(clip, ...behind, fine, ...lines);
    for (const name of ["average", "peak", "target", "far"]) {
      const label = document.createElement("span");
      label.className = `label ${name}`;
      labels.append(label);
      this.#labels.set(name, label);
    }
  }

  /**
   * The slot at a place, which may lie outside the chart.
   *
   * @param {number} x pixels from the left
   */
  slotAt(x) {
    const slots = this.#shown?.model.slots ?? 1;
    return Math.floor(((x - this.#left) / this.#plotWidth()) * slots);
  }

  /**
   * The middle of a slot, in pixels from the left.
   *
   * @param {number} slot
   */
  middle(slot) {
    return this.#left + ((slot + 0.5) / (this.#shown?.model.slots ?? 1)) * this.#plotWidth();
  }

  /**
   * Show a model.
   *
   * @param {ChartModel} model
   * @param {Labels} labels
   * @param {{width: number, height: number, ratio: number}} size pixels of the page, and of the screen per one of them
   */
  draw(model, labels, { width, height, ratio }) {
    this.#width = width;
    this.#height = height;
    this.#ratio = ratio;
    const across = labels.lines.map(({ watt }) => watt);
    const scale = scaleOf(model, [...across, labels.projection ?? 0], height - TOP - BOTTOM);
    this.#shown = { model, scale };
    this.#drawGrid(scale, labels);
    this.#drawTimes(labels.times);
    this.#drawBars(model, labels.lines);
    this.#tops = [];
    this.#drawLines(labels.lines, scale);
    this.#drawAverage(model, labels);
  }

  /**
   * Mark a slot, or none.
   *
   * @param {number | null} slot
   */
  mark(slot) {
    const x = slot === null ? 0 : this.#fine(this.middle(slot));
    this.#set("cursor", "d", slot === null ? "" : `M${x},${TOP}V${this.#height - BOTTOM}`);
  }

  #plotWidth() {
    return Math.max(1, this.#width - this.#left - RIGHT);
  }

  /**
   * The height of a power.
   *
   * @param {number} watt
   */
  #y(watt) {
    const { top, bottom } = /** @type {{scale: Scale}} */ (this.#shown).scale;
    return TOP + ((top - watt) / (top - bottom)) * (this.#height - TOP - BOTTOM);
  }

  /**
   * The middle of a pixel of the screen near a place, where a thin line is sharp.
   *
   * @param {number} place
   */
  #fine(place) {
    return (Math.floor(place * this.#ratio) + 0.5) / this.#ratio;
  }

  /** @param {Scale} scale @param {Labels} labels */
  #drawGrid(scale, labels) {
    const texts = levels(scale).map((watt) => ({ watt, text: labels.level(watt, scale) }));
    this.#left = Math.ceil(Math.max(...texts.map(({ text }) => text.length)) * LETTER) + 6;
    const right = this.#width - RIGHT;
    this.#set("grid", "d", texts.map(({ watt }) => `M${this.#left},${this.#fine(this.#y(watt))}H${right}`).join(""));
    this.#set("zero", "d", `M${this.#left},${this.#fine(this.#y(0))}H${right}`);
    this.#texts("levels", texts.map(({ watt, text }) => ({ x: this.#left - 6, y: this.#y(watt) + 4, text })));
  }

  /** @param {{slot: number, text: string}[]} times */
  #drawTimes(times) {
    const slots = /** @type {{model: ChartModel}} */ (this.#shown).model.slots;
    const y = this.#height - 6;
    this.#texts(
      "times",
      times.map(({ slot, text }) => {
        // The outer ones stay inside.
        const half = (text.length * LETTER) / 2;
        const x = this.#left + (slot / slots) * this.#plotWidth();
        return { x: Math.min(Math.max(x, half), this.#width - half), y, text };
      }),
    );
  }

  /** @param {ChartModel} model @param {Line[]} lines */
  #drawBars(model, lines) {
    const { running } = model;
    const bars = this.#bars(model.slots);
    /** @param {Values} values */
    const path = (values) => values.map((watt, slot) => (slot === running ? "" : bars.power(watt, slot))).join("");
    const offtake = path(model.up);
    let gaps = "";
    for (let slot = 0; slot < model.known; slot++) if (isGap(model, slot)) gaps += bars.whole(slot);
    this.#set("fine", "transform", `scale(${1 / this.#ratio})`);
    this.#set("gaps", "d", gaps);
    this.#set("most offtake", "d", path(model.upMost));
    this.#set("most injection", "d", path(model.downMost.map(orNull)));
    this.#set("offtake", "d", offtake);
    this.#set("injection", "d", path(model.down.map(orNull)));
    const now = running < 0 ? "" : bars.power(model.up[running], running) + bars.power(orNull(model.down[running]), running);
    this.#set("running", "d", now);
    // What is above all lines is what would make a new peak.
    const limit = Math.max(...lines.map(({ watt }) => watt));
    const above = Number.isFinite(limit) ? Math.max(0, this.#y(limit) * this.#ratio) : 0;
    this.#set("over", "d", above ? offtake : "");
    this.#set("above-area", "width", this.#width * this.#ratio);
    this.#set("above-area", "height", above);
  }

  /**
   * What makes the bars, in pixels of the screen so that all edges are sharp.
   *
   * @param {number} slots
   */
  #bars(slots) {
    const ratio = this.#ratio;
    const left = this.#left * ratio;
    const slotWidth = (this.#plotWidth() * ratio) / slots;
    const space = slotWidth < NARROW ? 0 : Math.max(1, Math.round(slotWidth * SPACE));
    const zero = Math.round(this.#y(0) * ratio);
    const top = Math.round(TOP * ratio);
    const bottom = Math.round((this.#height - BOTTOM) * ratio);
    /** @param {number} slot @param {number} y @param {number} height @param {number} between */
    const bar = (slot, y, height, between) => {
      const start = Math.round(left + slot * slotWidth);
      const width = Math.max(1, Math.round(left + (slot + 1) * slotWidth) - start - between);
      return `M${start},${y}h${width}v${height}h${-width}z`;
    };
    return {
      /** @param {number} slot */
      whole: (slot) => bar(slot, top, bottom - top, 0),
      /** @param {number | null} watt @param {number} slot */
      power: (watt, slot) => {
        if (watt === null) return "";
        // What was measured is seen, even when it is nothing.
        return bar(slot, zero, Math.round(this.#y(watt) * ratio) - zero || -1, space);
      },
    };
  }

  /** @param {ChartModel} model @param {Labels} labels */
  #drawAverage({ average, running, slots }, { average: text, projection }) {
    const right = this.#width - RIGHT;
    if (average === null) {
      for (const name of ["average", "rest"]) this.#set(name, "d", "");
      this.#label("average", "", 0);
      return;
    }
    const y = this.#y(average);
    const end = projection === null ? y : Math.max(TOP, this.#y(projection));
    const until = running < 0 ? right : this.#left + ((running + 1) / slots) * this.#plotWidth();
    this.#set("average", "d", `M${this.#left},${y}H${until}`);
    this.#set("rest", "d", until < right ? `M${until},${y}L${right},${end}` : "");
    // Where two labels have no room beside each other, this one goes below.
    let place = end - OVER_LINE;
    for (const top of this.#tops.sort((one, other) => one - other)) {
      if (this.#width < NARROW_CHART && Math.abs(top - place) < LABEL_HEIGHT) {
        place = Math.max(end + LABEL_GAP, top + LABEL_HEIGHT);
      }
    }
    this.#label("average", text, place + OVER_LINE);
  }

  /** @param {Line[]} lines @param {Scale} scale */
  #drawLines(lines, scale) {
    const near = lines.filter(({ watt }) => watt <= scale.top);
    for (const kind of ["peak", "target"]) {
      const line = near.find((found) => found.kind === kind);
      const y = line ? this.#fine(this.#y(line.watt)) : 0;
      this.#set(kind, "d", line ? `M${this.#left},${y}H${this.#width - RIGHT}` : "");
      const other = near.find((found) => found.kind !== kind);
      // Of two labels that would cover each other the lower one goes below its line.
      const lower = line && other && (line.watt < other.watt || (line.watt === other.watt && kind === "target"));
      const below = lower && this.#y(line.watt) - this.#y(other.watt) < LABEL_HEIGHT;
      this.#label(kind, line?.text ?? "", y, below);
    }
    const far = lines.filter(({ watt }) => watt > scale.top).map(({ text }) => `${text} ↑`);
    this.#label("far", far.join(" · "), TOP);
  }

  /** @param {string} name @param {string} text @param {number} y @param {boolean} [below] */
  #label(name, text, y, below) {
    const element = /** @type {HTMLElement} */ (this.#labels.get(name));
    if (element.textContent !== text) element.textContent = text;
    if (element.hidden !== !text) element.hidden = !text;
    const top = Math.max(0, below ? y + LABEL_GAP : y - OVER_LINE);
    if (text) this.#tops.push(top);
    const left = name === "average" ? "" : `left: ${this.#left}px; `;
    write(element, "style", `${left}transform: translateY(${top}px)`);
  }

  /**
   * Show texts in a group, reusing its elements.
   *
   * @param {string} name
   * @param {{x: number, y: number, text: string}[]} texts
   */
  #texts(name, texts) {
    const group = this.#get(name);
    while (group.childElementCount > texts.length) group.lastElementChild?.remove();
    while (group.childElementCount < texts.length) group.append(document.createElementNS(SVG, "text"));
    texts.forEach(({ x, y, text }, index) => {
      const element = group.children[index];
      write(element, "x", x);
      write(element, "y", y);
      if (element.textContent !== text) element.textContent = text;
    });
  }

  /** @param {string} tag @param {string} name of the element, and its classes */
  #make(tag, name) {
    const element = /** @type {SVGElement} */ (document.createElementNS(SVG, tag));
    element.setAttribute("class", name);
    this.#elements.set(name, element);
    return element;
  }

  /** @param {string} name */
  #get(name) {
    return /** @type {SVGElement} */ (this.#elements.get(name));
  }

  /** @param {string} name @param {string} attribute @param {string | number} value */
  #set(name, attribute, value) {
    write(this.#get(name), attribute, value);
  }
}

/**
 * No bar for nothing: that of the offtake stands there already.
 *
 * @param {number | null | undefined} watt
 */
function orNull(watt) {
  return watt || null;
}

/** @param {Element} element @param {string} attribute @param {string | number} value */
function write(element, attribute, value) {
  const text = String(value);
  if (element.getAttribute(attribute) !== text) element.setAttribute(attribute, text);
}
