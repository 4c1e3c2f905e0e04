/** The few numbers above the card's chart, and what it says of the risk. */

import { filled } from "./chart-texts.js";
import { hide, make, write } from "./elements.js";
import { localTime } from "./quarters.js";

/** @typedef {import("./card-texts.js").CardTexts} CardTexts */
/** @typedef {import("./formats.js").Formats} Formats */
/** @typedef {{texts: CardTexts, formats: Formats}} Speech */
/** @typedef {{id: string, name: string, value: string, kind?: string}} Stat */

const NOTHING = "–";
// Late in a quarter there may be room for hundreds of kW, which no connection gives: a family reads that all may run.
const MOST = 10;

/**
 * Those of the running quarter.
 *
 * @param {any} live
 * @param {Speech} speech
 * @returns {Stat[]}
 */
export function runningStats({ live, quarter, forecast, month_peak }, { texts, formats }) {
  /** @param {number | null | undefined} watt */
  const power = (watt) => (watt === null || watt === undefined ? NOTHING : formats.power(watt));
  const net = live?.net_power ?? null;
  const injects = net !== null && net < 0;
  const average = quarter ? quarter.consumed_power_avg : null;
  const stats = [
    {
      id: "now",
      name: injects ? texts.injectionNow : texts.offtakeNow,
      value: power(net === null ? null : Math.abs(net)),
      kind: injects ? "injection" : "offtake",
    },
    { id: "average", name: texts.averageSoFar, value: power(average) },
  ];
  if (forecast) {
    const room = Math.max(0, forecast.headroom - (live?.consumed_power ?? 0));
    stats.push({ id: "expected", name: texts.expected, value: power(forecast.projected), kind: forecast.level ?? "" });
    stats.push({ id: "room", name: texts.room, value: room > 1e3 * MOST ? `> ${formats.quantity(MOST, "kW")}` : power(room) });
  } else stats.push({ id: "peak", name: texts.monthPeak, value: power(month_peak?.power) });
  return stats;
}

/**
 * Show them.
 *
 * @param {Element} list
 * @param {Stat[]} stats
 */
export function showStats(list, stats) {
  while (list.children.length > stats.length) list.lastElementChild?.remove();
  stats.forEach(({ id, name, value, kind = "" }, number) => {
    const part = list.children[number] ?? list.appendChild(make("div", {}, make("dt"), make("dd")));
    if (part.id !== `stat-${id}`) part.id = `stat-${id}`;
    if (part.className !== kind) part.className = kind;
    write(part.children[0], name);
    write(part.children[1], value);
  });
}

/**
 * Show how likely it is that the running quarter costs money, how much, and until when it can be saved.
 *
 * @param {HTMLElement} place
 * @param {any} forecast null when nothing is expected
 * @param {Speech} speech
 */
export function showRisk(place, forecast, { texts, formats }) {
  const { level = null, cost = 0, act_by = null } = forecast ?? {};
  hide(place, !level);
  if (!level) return;
  if (place.className !== level) place.className = level;
  const part = (/** @type {string} */ tag) => /** @type {Element} */ (place.querySelector(tag));
  const said = [];
  if (cost) said.push(filled(texts.cost, { euros: formats.euros(cost) }));
  if (act_by) said.push(filled(texts.actBy, { time: localTime(act_by).toISOString().slice(11, 16) }));
  write(part("b"), texts.levels[/** @type {keyof CardTexts["levels"]} */ (level)]);
  write(part("small"), said.join(" · "));
}
