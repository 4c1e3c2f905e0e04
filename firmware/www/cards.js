/** The numbers of the last telegram: powers and phases, and what the meters count. */

import { make, replace, write } from "./chart/elements.js";
import { byId } from "./dom.js";

/** @typedef {import("./live.js").Live} Live */
/** @typedef {import("./speech.js").Speech} Speech */

const TARIFFS = /** @type {Record<number, string>} */ ({ 1: "dayTariff", 2: "nightTariff" });
const BREAKER_ON = 1;
const REGISTERS = [
  ["consumed_energy_t1", "offtakeDay"],
  ["consumed_energy_t2", "offtakeNight"],
  ["produced_energy_t1", "injectionDay"],
  ["produced_energy_t2", "injectionNight"],
];
const LITRES_A_CUBIC_METRE = 1000;

/**
 * Show them.
 *
 * @param {Live} live
 * @param {Speech} speech
 */
export function showCards({ meter, time }, speech) {
  byId("live").hidden = byId("meters").hidden = !meter;
  if (!meter) return;
  write(byId("live-time"), time === null ? "" : speech.say("telegramOf", { time: speech.time(time) }));
  showPowers(meter, speech);
  showPhases(meter.phases ?? [], speech);
  showFacts(meter, speech);
  showMeters(meter, speech);
}

/** @param {any} meter @param {Speech} speech */
function showPowers(meter, speech) {
  const { formats } = speech;
  write(byId("offtake"), meter.consumed_power === undefined ? "–" : formats.power(meter.consumed_power));
  write(byId("injection"), meter.produced_power === undefined ? "–" : formats.power(meter.produced_power));
}

/** @param {any[]} phases @param {Speech} speech */
function showPhases(phases, speech) {
  const { formats } = speech;
  /** @param {number | undefined} value @param {number} divisor @param {string} unit @param {number} decimals */
  const cell = (value, divisor, unit, decimals) =>
    make("td", {}, value === undefined ? "–" : formats.quantity(value / divisor, unit, decimals));
  const rows = phases.map((phase) => {
    const net = (phase.consumed_power ?? 0) - (phase.produced_power ?? 0);
    const power = phase.consumed_power === undefined ? undefined : net;
    return make(
      "tr",
      {},
      make("th", { scope: "row" }, `L${phase.phase}`),
      make("td", net < 0 ? { class: "injection" } : {}, power === undefined ? "–" : formats.quantity(power, "W")),
      cell(phase.voltage, 1000, "V", 1),
      cell(phase.current, 1000, "A", 2),
    );
  });
  byId("phases").hidden = !rows.length;
  replace(byId("phase-rows"), ...rows);
}

/** What is only worth saying when it is so. @param {any} meter @param {Speech} speech */
function showFacts(meter, speech) {
  const { formats } = speech;
  const facts = [];
  if (TARIFFS[meter.tariff]) facts.push(speech.say(TARIFFS[meter.tariff]));
  if (meter.breaker !== undefined) facts.push(`${speech.say("breaker")} ${speech.say(`breaker${meter.breaker}`)}`);
  if (meter.limiter) facts.push(`${speech.say("limiter")} ${formats.power(meter.limiter)}`);
  if (meter.fuse) facts.push(`${speech.say("fuse")} ${formats.quantity(meter.fuse / 1000, "A")}`);
  const off = meter.breaker !== undefined && meter.breaker !== BREAKER_ON;
  replace(byId("facts"), ...facts.map((fact, position) => make("li", off && position === 1 ? { class: "bad" } : {}, fact)));
  byId("message").hidden = !meter.message;
  write(byId("message-text"), meter.message ?? "");
}

/** @param {any} meter @param {Speech} speech */
function showMeters(meter, speech) {
  const { formats } = speech;
  const rows = REGISTERS.filter(([key]) => meter[key] !== undefined).map(([key, name]) =>
    row(speech.say(name), formats.energy(meter[key]), ""),
  );
  for (const device of meter.devices ?? []) {
    if (device.value === undefined) continue;
    const when = device.time === undefined ? "" : speech.say("at", { time: speech.time(device.time, meter.time).slice(0, -3) });
    rows.push(row(speech.say(device.type), quantity(device, speech), when));
  }
  byId("meters").hidden = !rows.length;
  replace(byId("meter-rows"), ...rows);
}

/** @param {string} name @param {string} value @param {string} note */
function row(name, value, note) {
  const term = make("dt", {}, name);
  if (note) term.append(" ", make("small", {}, note));
  return make("div", {}, term, make("dd", {}, value));
}

/** @param {{value: number, unit: string}} device @param {Speech} speech */
function quantity({ value, unit }, { formats }) {
  if (unit === "l") return formats.quantity(value / LITRES_A_CUBIC_METRE, "m³", 3);
  return unit === "Wh" ? formats.energy(value) : formats.quantity(value, unit);
}
