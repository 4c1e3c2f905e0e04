/** The board's page: puts the parts together and follows the address. */

import "./chart/quarter-chart.js";
import { Board } from "./board.js";
import { showCards } from "./cards.js";
import { LANGUAGES, languageOf } from "./chart/formats.js";
import { dayOfText, quarterOfLabel } from "./chart/calendar.js";
import { make, write } from "./chart/elements.js";
import { byId } from "./dom.js";
import { History } from "./history.js";
import { Live } from "./live.js";
import { showPeaks } from "./peaks.js";
import { Speech } from "./speech.js";
import { Stage } from "./stage.js";
import { StatePage } from "./state.js";
import { netWatt } from "./stats.js";
import { LANGUAGE_NAMES } from "./texts.js";

const board = new Board();
const live = new Live(board);
const speech = new Speech();
const stage = new Stage(live, new History(board), speech);
const state = new StatePage(board, speech);

const STATE = "#/state";

/** @returns {import("./stage.js").Route} */
function route() {
  const [, date, label] = /^#\/(\d{4}\/\d{2}\/\d{2})(?:\/(\d{4}[SW]))?$/.exec(location.hash) ?? [];
  const day = date ? dayOfText(date) : null;
  if (!day) return { view: "now" };
  const id = label ? quarterOfLabel(day, label) : null;
  return id === null ? { view: "day", day } : { view: "quarter", id };
}

function follow() {
  const inState = location.hash === STATE;
  byId("state").hidden = !inState;
  byId("home").hidden = inState;
  byId("nav-state").ariaCurrent = inState ? "page" : null;
  byId("nav-now").ariaCurrent = inState ? null : "page";
  if (inState) {
    stage.close();
    state.open();
  } else {
    state.close();
    stage.open(route());
  }
}

function changed() {
  stage.changed();
  showCards(live, speech);
  showPeaks(live.meter, speech);
  showAlerts();
  const net = netWatt(live.quarter, live.meter);
  const name = live.info?.name ?? "digimon";
  write(byId("name"), name);
  document.title = net === null ? name : `${speech.formats.power(net)} · ${name}`;
  document.body.classList.toggle("stale", live.lost !== null || live.silent);
}

function showAlerts() {
  const card = live.info?.card?.state;
  const alerts = [];
  if (live.lost) alerts.push(speech.say("lost", { time: live.lost.toLocaleTimeString(speech.formats.locale) }));
  else if (live.known && live.time === null) alerts.push(speech.say("noTelegram"));
  else if (live.silent) alerts.push(speech.say("silent", { time: speech.time(live.time ?? 0, Date.now() / 1000) }));
  if (card === "missing") alerts.push(speech.say("cardMissing"));
  if (card === "fault") alerts.push(speech.say("cardFault"));
  write(byId("alerts"), alerts.join(" "));
}

function speak() {
  speech.translate();
  changed();
  state.show();
}

const choice = /** @type {HTMLSelectElement} */ (byId("language"));
for (const language of LANGUAGES) {
  const names = { lang: language, title: LANGUAGE_NAMES[language], "aria-label": LANGUAGE_NAMES[language] };
  choice.append(make("option", { value: language, ...names }, language.toUpperCase()));
}
choice.value = speech.language;
choice.addEventListener("change", () => {
  speech.choose(languageOf(choice.value));
  speak();
});
addEventListener("hashchange", follow);
live.addEventListener("change", changed);
document.body.classList.add("ready");
speak();
follow();
live.start();
