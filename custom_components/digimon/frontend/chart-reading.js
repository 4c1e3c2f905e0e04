/** What the chart says in words: under its cursor, in one sentence, and as a table for who does not see it. */

import { gaps, numbers } from "./chart-model.js";
import { filled } from "./chart-texts.js";
import { Formats } from "./formats.js";
import { INTERVAL_SECONDS, QUARTER_SECONDS, quarterClock } from "./quarters.js";

/** @typedef {import("./chart-model.js").ChartModel} ChartModel */
/** @typedef {import("./chart-texts.js").ChartTexts} ChartTexts */
/** @typedef {import("./chart-drawing.js").Line} Line */

/**
 * @typedef {object} Reading of one slot
 * @property {string} time
 * @property {{kind: "offtake" | "injection" | "gap" | "most", text: string}[]} parts
 */

const SLOTS_A_MINUTE = 60 / INTERVAL_SECONDS;
// Of a phone, or of a card among others; in pixels.
export const NARROW_WIDTH = 480;

/** The words of a language for a model. */
export class Words {
  /** @param {import("./formats.js").Language} language @param {ChartTexts} texts */
  constructor(language, texts) {
    this.texts = texts;
    this.formats = new Formats(language);
  }

  /**
   * A line across the chart.
   *
   * @param {Line["kind"]} kind
   * @param {number} watt
   * @param {string | null} name null for the word of the language
   * @returns {Line}
   */
  line(kind, watt, name) {
    return { kind, watt, text: `${name ?? this.texts[kind]} ${this.formats.power(watt)}` };
  }

  /**
   * All that is written in the chart.
   *
   * @param {ChartModel} model
   * @param {Line[]} lines
   * @param {number | null} projection W at the end of a running quarter
   * @param {number} width pixels
   * @returns {import("./chart-drawing.js").Labels}
   */
  labels(model, lines, projection, width) {
    const { texts, formats } = this;
    const ahead = model.running < 0 ? null : projection;
    const end = ahead === null ? "" : ` → ${formats.power(ahead)}`;
    // Beside the names of the lines there is no room for another one.
    const name = ahead !== null && width < NARROW_WIDTH ? "" : `${texts.average} `;
    return {
      lines,
      projection: ahead,
      average: model.average === null ? "" : name + formats.power(model.average) + end,
      times: this.times(model, width),
      level: (watt, { top, bottom, step }) => {
        if (Math.max(top, -bottom) < 1000) return formats.quantity(watt, "W");
        return formats.quantity(watt / 1000, "kW", step % 1000 === 0 ? 0 : step % 100 === 0 ? 1 : 2);
      },
    };
  }

  /**
   * What the colours mean.
   *
   * @param {ChartModel} model
   */
  legend(model) {
    const kinds = [...(model.telling?.kinds ?? ["offtake", "injection"])];
    if (model.kind !== "month" && gaps(model)) kinds.push("gap");
    return kinds.map((kind) => ({ kind, text: this.texts[/** @type {keyof ChartTexts} */ (kind)] }));
  }

  /**
   * When a slot begins.
   *
   * @param {ChartModel} model
   * @param {number} slot
   */
  time(model, slot) {
    if (model.telling) return model.telling.time(this, model, slot);
    return model.ids.length ? clockWithSeconds(model.ids[0], slot * INTERVAL_SECONDS) : "";
  }

  /**
   * The values of a slot.
   *
   * @param {ChartModel} model
   * @param {number} slot
   * @returns {Reading}
   */
  reading(model, slot) {
    const { texts, formats } = this;
    const up = model.up[slot] ?? null;
    const down = model.down[slot] ?? null;
    const time = this.time(model, slot);
    if (up === null) return { time, parts: [{ kind: "gap", text: texts.gap }] };
    const name = model.kind === "month" ? texts.dayPeak : texts.offtake;
    /** @type {Reading["parts"]} */
    const parts = [{ kind: "offtake", text: `${name} ${formats.power(up)}` }];
    const most = model.upMost[slot];
    if (most) parts.push({ kind: "most", text: `${texts.most} ${formats.power(most)}` });
    if (down) parts.push({ kind: "injection", text: `${texts.injection} ${formats.power(-down)}` });
    return { time, parts };
  }

  /**
   * The name of the chart.
   *
   * @param {ChartModel} model
   */
  title(model) {
    const [id] = model.ids;
    if (id === undefined) return this.texts.empty;
    if (model.telling) return model.telling.title(this, model);
    return filled(this.texts.quarterChart, { from: quarterClock(id), to: quarterClock(id, QUARTER_SECONDS) });
  }

  /**
   * The chart in a few sentences.
   *
   * @param {ChartModel} model
   * @param {{text: string}[]} lines
   */
  summary(model, lines) {
    const { texts, formats } = this;
    const values = model.upMost.length ? model.upMost : model.up;
    const measured = numbers(values);
    if (!measured.length) return texts.empty;
    const said = [];
    if (model.average !== null) {
      const text = model.running < 0 ? texts.whole : texts.soFar;
      said.push(filled(text, { power: formats.power(model.average) }));
    }
    if (model.running >= 0) {
      const latest = this.reading(model, model.running).parts.map(({ text }) => text);
      said.push(filled(texts.latest, { power: latest.join(", ") }));
    }
    const most = Math.max(...measured);
    said.push(filled(texts.highest, { power: formats.power(most), time: this.time(model, values.indexOf(most)) }));
    for (const { text } of lines) said.push(`${text}.`);
    const missing = gaps(model);
    if (missing && model.kind === "quarter") said.push(filled(texts.gaps, { number: missing }));
    return said.join(" ");
  }

  /**
   * A table of the same: minutes of a quarter, quarters of a day, or days of a month.
   *
   * @param {ChartModel} model
   * @returns {string[][]} rows of cells, the first with the names of the columns
   */
  table(model) {
    if (model.telling) return model.telling.table(this, model);
    const { texts, formats } = this;
    const rows = [[texts.time, texts.offtake, texts.injection]];
    for (let slot = 0; slot < model.known; slot += SLOTS_A_MINUTE) {
      const up = mean(model.up.slice(slot, slot + SLOTS_A_MINUTE));
      const down = mean(model.down.slice(slot, slot + SLOTS_A_MINUTE));
      const time = quarterClock(model.ids[0], slot * INTERVAL_SECONDS);
      rows.push([time, up === null ? texts.gap : formats.power(up), down === null ? "" : formats.power(Math.abs(down))]);
    }
    return rows;
  }

  /**
   * Times for the lower edge.
   *
   * @param {ChartModel} model
   * @param {number} width pixels
   */
  times(model, width) {
    if (model.telling) return model.telling.times(model, width);
    const [id] = model.ids;
    /** @type {{slot: number, text: string}[]} */
    const found = [];
    const minutes = width < NARROW_WIDTH ? 5 : 3;
    for (let minute = 0; id !== undefined && minute <= QUARTER_SECONDS / 60; minute += minutes) {
      found.push({ slot: minute * SLOTS_A_MINUTE, text: quarterClock(id, minute * 60) });
    }
    return found;
  }
}

/** @param {number} id @param {number} second */
function clockWithSeconds(id, second) {
  const text = quarterClock(id, second);
  return text.length === 5 ? `${text}:00` : text;
}

/** @param {(number | null)[]} values */
function mean(values) {
  const measured = numbers(values);
  return measured.length ? measured.reduce((sum, watt) => sum + watt, 0) / measured.length : null;
}
