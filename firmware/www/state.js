/** How the board is: card, memory, Wi-Fi, telegrams, starts, log. */

import { make, replace, write } from "./chart/elements.js";
import { byId } from "./dom.js";
import { BoardError } from "./board.js";

/** @typedef {import("./board.js").Board} Board */
/** @typedef {import("./speech.js").Speech} Speech */

const POLL_MILLISECONDS = 10000;
const GOOD_DBM = -62;
const FAIR_DBM = -72;
const LOG_CHARACTERS = 8000;
const SHOWN_STARTS = 5;
const LOG_LINE = /^(\S+) (?:start: (\S+), (\w+)$)?/;
const STAMP = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)[SW]$/;
const ADDRESSES = [
  "/current/quarter",
  "/current/meter",
  "/current/month/peak",
  "/watt",
  "/telegram",
  "/info",
  "/crashlog.txt",
  "/description.xml",
  "/historic/years",
];

export class StatePage {
  #board;
  #speech;
  #timer = 0;
  /** @type {any} */
  #info = undefined;
  /** The board's log, null while it is not known. @type {string | null} */
  #log = null;

  /** @param {Board} board @param {Speech} speech */
  constructor(board, speech) {
    this.#board = board;
    this.#speech = speech;
    byId("reload-log").addEventListener("click", () => this.#showLog());
    replace(
      byId("addresses"),
      ...ADDRESSES.map((path) => make("li", {}, make("a", { href: path, target: "_blank" }, path))),
    );
  }

  /** Begin to show it. */
  open() {
    this.#poll();
    this.#showLog();
  }

  /** Somebody looks at something else. */
  close() {
    clearTimeout(this.#timer);
    this.#timer = 0;
  }

  /** Show the same in another language. */
  show() {
    const info = this.#info;
    this.#showStarts();
    if (info === undefined) return;
    byId("no-info").hidden = info !== null;
    replace(byId("state-cards"), ...(info ? this.#cards(info) : []));
  }

  async #poll() {
    clearTimeout(this.#timer);
    const timer = (this.#timer = window.setTimeout(() => this.#poll(), POLL_MILLISECONDS));
    try {
      const info = await this.#board.document("/info");
      if (this.#timer !== timer) return;
      this.#info = info;
      this.show();
    } catch (error) {
      // That the board does not answer is said at the top of the page.
      if (!(error instanceof BoardError)) throw error;
    }
  }

  async #showLog() {
    try {
      const log = await this.#board.text("/crashlog.txt");
      const text = (log ?? "").slice(-LOG_CHARACTERS).trimEnd();
      this.#log = log;
      this.#showStarts();
      write(byId("log-text"), text || this.#speech.say("logEmpty"));
      byId("log-text").scrollTop = byId("log-text").scrollHeight;
    } catch (error) {
      if (!(error instanceof BoardError)) throw error;
      write(byId("log-text"), this.#speech.say("failed"));
    }
  }

  #showStarts() {
    const found = this.#log === null ? [] : starts(this.#log).slice(-SHOWN_STARTS).reverse();
    byId("starts").hidden = !found.length;
    const rows = found.map(({ cause, version, after }) => {
      const name = this.#speech.knows(`reset_${cause}`) ? this.#speech.say(`reset_${cause}`) : cause;
      const when = after === null ? version : `${this.#speech.say("after", { time: this.#clock(after) })} · ${version}`;
      return make("div", {}, make("dt", {}, name), make("dd", {}, when));
    });
    replace(byId("start-rows"), ...rows);
  }

  /** @param {string} stamp */
  #clock(stamp) {
    const [year, month, day, hour, minute] = /** @type {RegExpExecArray} */ (STAMP.exec(stamp)).slice(1).map(Number);
    const date = this.#speech.formats.day({ year: 2000 + year, month, day }, { day: "numeric", month: "short" });
    return `${date} ${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`;
  }

  /** @param {any} info */
  #cards(info) {
    const speech = this.#speech;
    const { formats } = speech;
    const { card = {}, telegrams = {} } = info;
    const used = info.heap_size - info.heap_free;
    const rejected = Object.entries(telegrams.rejected ?? {});
    return [
      this.#card(
        "board",
        [
          ["name", info.name],
          ["kind", info.board],
          ["version", info.version],
          ["serial", info.serial],
          ["MAC", info.mac],
          ["uptime", speech.duration(info.uptime_s)],
          ["reset", speech.say(`reset_${info.reset_cause}`)],
        ],
        null,
      ),
      this.#card(
        "telegrams",
        [
          ["good", formats.number(telegrams.good)],
          ...rejected.map(([reason, number]) => [`rejected_${reason}`, formats.number(Number(number))]),
          ["last", telegrams.last === null ? speech.say("none") : speech.time(telegrams.last, Date.now() / 1000)],
        ],
        null,
      ),
      this.#card(
        "card",
        card.size === undefined
          ? [["", speech.say(`card_${card.state}`)]]
          : [
              ["", speech.say(`card_${card.state}`)],
              ["", speech.say("free", { free: speech.bytes(card.free), size: speech.bytes(card.size) })],
            ],
        card.size === undefined ? null : (card.size - card.free) / card.size,
        card.state !== "ok",
      ),
      this.#card(
        "memory",
        [
          ["", speech.say("free", { free: speech.bytes(info.heap_free), size: speech.bytes(info.heap_size) })],
          ["memoryMost", speech.bytes(info.heap_used_max)],
        ],
        used / info.heap_size,
      ),
      this.#card("wifi", [["", this.#signal(info.rssi)]], null),
    ];
  }

  /** @param {number | null} rssi */
  #signal(rssi) {
    if (rssi === null || rssi === undefined) return "–";
    const quality = rssi >= GOOD_DBM ? "wifiGood" : rssi >= FAIR_DBM ? "wifiFair" : "wifiWeak";
    return `${this.#speech.formats.quantity(rssi, "dBm")} (${this.#speech.say(quality)})`;
  }

  /**
   * @param {string} name
   * @param {string[][]} rows names of texts, and values
   * @param {number | null} part of what there is that is in use
   * @param {boolean} [bad]
   */
  #card(name, rows, part, bad = false) {
    const list = rows.map(([key, value]) => {
      const term = key && (this.#speech.knows(key) ? this.#speech.say(key) : key);
      return make("div", {}, ...(term ? [make("dt", {}, term)] : []), make("dd", bad ? { class: "bad" } : {}, value));
    });
    const title = make("h2", {}, this.#speech.say(name));
    const card = make("section", { class: "card" }, title, make("dl", {}, ...list));
    if (part !== null) card.append(make("div", { class: "gauge" }, make("span", { style: `--part: ${part.toFixed(4)}` })));
    return card;
  }
}

/**
 * When and why the board started, oldest first.
 *
 * At a start it does not know the time yet: `after` is what the meter's clock showed in the last entry before.
 *
 * @param {string} log
 */
export function starts(log) {
  /** @type {{cause: string, version: string, after: string | null}[]} */
  const found = [];
  let after = null;
  for (const line of log.split("\n")) {
    const [, when, version, cause] = LOG_LINE.exec(line) ?? [];
    if (cause) found.push({ cause, version, after });
    if (STAMP.test(when)) after = when;
  }
  return found;
}
