/** The page for updates: a file, a password, and what comes of it. */

import { proof } from "./proof.js";
import { TEXTS } from "./update-texts.js";

const PATH = "/update";
const KEPT_LANGUAGE = "digimon-language";
const OK = 200;
const REFUSED = 422;
const RETRY_SECONDS = 60;
const LOOK_MILLISECONDS = 2000;
/** Three starts that fail, each ended by the watchdog, and the one that works. */
const PATIENCE_MILLISECONDS = 300000;

const texts = TEXTS[language()];

/** @param {string} id */
const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** The language chosen on the board's page, else that of the browser, else Dutch. */
function language() {
  let kept = null;
  try {
    kept = localStorage.getItem(KEPT_LANGUAGE);
  } catch {
    // Nothing may be kept here.
  }
  return [kept, ...navigator.languages].map((name) => (name ?? "").slice(0, 2)).find((name) => name in TEXTS) ?? "nl";
}

/**
 * @param {string} name
 * @param {Record<string, unknown>} [values]
 */
function say(name, values = {}) {
  return (texts[name] ?? texts.failed).replace(/\{(\w+)\}/g, (_, key) => String(values[key] ?? ""));
}

/**
 * @param {string} text
 * @param {string} [kind] `good` or `bad`
 */
function tell(text, kind = "") {
  byId("outcome").textContent = text;
  byId("outcome").className = kind;
}

/** What the board says of itself, null while it does not answer. */
async function info() {
  try {
    const response = await fetch("/info", { cache: "no-store", signal: AbortSignal.timeout(5000) });
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

async function showRunning() {
  const now = await info();
  byId("running").textContent = now ? say(now.on_trial ? "trial" : "running", now) : say("silent");
  return now;
}

/**
 * Send a bundle.
 *
 * @param {Uint8Array<ArrayBuffer>} bundle
 * @param {string} authorization
 * @returns {Promise<XMLHttpRequest>}
 */
function send(bundle, authorization) {
  const bar = /** @type {HTMLProgressElement} */ (byId("progress"));
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", PATH);
    request.setRequestHeader("Authorization", authorization);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.onprogress = ({ loaded, total }) => (bar.value = loaded / total);
    request.onloadend = () => resolve(request);
    request.send(bundle);
  });
}

/** @param {XMLHttpRequest} request */
function refusal(request) {
  if (request.status !== REFUSED) {
    const seconds = Number(request.getResponseHeader("Retry-After")) || RETRY_SECONDS;
    return say(`status_${request.status}`, { seconds });
  }
  try {
    return say(JSON.parse(request.responseText).error);
  } catch {
    return say("failed");
  }
}

/**
 * Wait until the board has started again.
 *
 * @param {string} version that it should be then
 * @param {string} before that it was
 */
async function wait(version, before) {
  const end = Date.now() + PATIENCE_MILLISECONDS;
  let gone = false;
  while (Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MILLISECONDS));
    const now = await info();
    gone ||= !now;
    if (now?.version === version && (version !== before || gone)) return tell(say("done", { version }), "good");
    if (gone && now && now.version !== version) return tell(say("undone", { version, running: now.version }), "bad");
  }
  tell(say("lost"), "bad");
}

async function update() {
  const [file] = /** @type {HTMLInputElement} */ (byId("file")).files ?? [];
  const password = /** @type {HTMLInputElement} */ (byId("password")).value;
  const before = await info();
  tell(say("checking"));
  // The text shows before the key is made, which takes a moment.
  await new Promise((resolve) => setTimeout(resolve));
  const bundle = new Uint8Array(await file.arrayBuffer());
  const response = await fetch("/challenge", { cache: "no-store" });
  if (!response.ok) return tell(say(`status_${response.status}`, { seconds: RETRY_SECONDS }), "bad");
  const authorization = proof(password, await response.json(), "POST", PATH, bundle);
  tell(say("sending"));
  byId("progress").hidden = false;
  const request = await send(bundle, authorization);
  if (request.status !== OK) return tell(refusal(request), "bad");
  const { version } = JSON.parse(request.responseText);
  tell(say("restarting", { version }));
  await wait(version, before?.version);
  await showRunning();
}

/** @param {SubmitEvent} event */
async function submit(event) {
  event.preventDefault();
  const button = /** @type {HTMLButtonElement} */ (byId("send"));
  button.disabled = true;
  try {
    await update();
  } catch {
    tell(say("failed"), "bad");
  } finally {
    button.disabled = false;
    byId("progress").hidden = true;
  }
}

document.documentElement.lang = language();
for (const [id, text] of [
  ["back", "back"],
  ["title", "title"],
  ["file-label", "file"],
  ["password-label", "password"],
  ["password-hint", "passwordHint"],
  ["send", "send"],
  ["hint", "hint"],
]) {
  byId(id).textContent = say(text);
}
document.title = `digimon · ${say("title")}`;
byId("form").addEventListener("submit", submit);
showRunning();
