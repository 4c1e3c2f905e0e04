/** What stands beside a chart's drawing: legend, summary and table, the last two for who does not see it. */

import { hide } from "./elements.js";

/** @typedef {import("./chart-model.js").ChartModel} ChartModel */
/** @typedef {import("./chart-reading.js").Words} Words */

// A summary that is read aloud with every new interval would never end.
const SUMMARY_MILLISECONDS = 60000;
const TABLE_MILLISECONDS = 1000;

/** @typedef {{legend: HTMLElement, empty: HTMLElement, summary: HTMLElement, table: HTMLTableElement}} Places */

export class Spoken {
  #places;
  #timer = 0;
  #summaryOf = "";
  #summaryAt = 0;

  /** @param {Places} places */
  constructor(places) {
    this.#places = places;
  }

  /**
   * Tell of a model.
   *
   * @param {Words} words
   * @param {ChartModel} model
   * @param {{text: string}[]} lines
   */
  tell(words, model, lines) {
    this.#showLegend(words, model);
    this.#summarise(words, model, lines);
    // The table may lag behind: nobody looks at it while it changes.
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#tabulate(words.table(model)), TABLE_MILLISECONDS);
  }

  /** Say nothing more. */
  stop() {
    clearTimeout(this.#timer);
  }

  /** @param {Words} words @param {ChartModel} model */
  #showLegend(words, model) {
    const { legend } = this.#places;
    const keys = words.legend(model);
    const text = keys.map(({ text }) => text).join();
    if (legend.dataset.text === text) return;
    legend.dataset.text = text;
    legend.replaceChildren(...keys.map(({ kind, text }) => keyed("li", kind, text)));
  }

  /** @param {Words} words @param {ChartModel} model @param {{text: string}[]} lines */
  #summarise(words, model, lines) {
    const { empty, summary } = this.#places;
    const isEmpty = model.up.every((watt) => watt === null);
    hide(empty, !isEmpty);
    if (isEmpty) empty.textContent = words.texts.empty;
    // Another quarter is told at once, what happens in it now and then.
    const subject = `${words.formats.language} ${model.kind} ${model.ids[0]} ${model.running >= 0} ${isEmpty}`;
    const now = performance.now();
    if (subject === this.#summaryOf && now - this.#summaryAt < SUMMARY_MILLISECONDS) return;
    this.#summaryOf = subject;
    this.#summaryAt = now;
    summary.textContent = `${words.title(model)}. ${words.summary(model, lines)}`;
  }

  /** @param {string[][]} wanted */
  #tabulate(wanted) {
    const { table } = this.#places;
    while (table.rows.length > wanted.length) table.deleteRow(-1);
    wanted.forEach((cells, number) => {
      const row = table.rows[number] ?? table.insertRow();
      while (row.cells.length > cells.length) row.deleteCell(-1);
      cells.forEach((text, column) => {
        const cell = row.cells[column] ?? row.appendChild(document.createElement(number && column ? "td" : "th"));
        if (cell.textContent !== text) cell.textContent = text;
      });
    });
  }
}

/**
 * A text behind a patch of the colour of what it is about.
 *
 * @param {string} tag
 * @param {string} kind
 * @param {string} text
 */
export function keyed(tag, kind, text) {
  const element = document.createElement(tag);
  const patch = document.createElement("span");
  patch.className = `key ${kind}`;
  element.append(patch, text);
  return element;
}
