/** How Home Assistant's picker comes to know the card. */

import { cardTexts } from "./card-texts.js";
import { languageOf } from "./formats.js";

/** The language of a window of Home Assistant, for what is asked before there is a card. */
function languageOfWindow() {
  const home = /** @type {any} */ (document.querySelector("home-assistant"));
  return languageOf(home?.hass?.locale?.language ?? navigator.language);
}

/** The form of the visual editor. */
export async function configForm() {
  const language = languageOfWindow();
  const [editor, texts] = await Promise.all([import("./card-editor.js"), cardTexts(language)]);
  return editor.configForm(texts, language);
}

/** @param {any} entity as Home Assistant's page knows it */
function isOurs(entity) {
  return entity?.platform === "digimon";
}

/**
 * Which board a card about an entity has to name: none, unless there are others.
 *
 * @param {any} hass
 * @param {string} entity
 */
function boardOf(hass, entity) {
  const entryOf = (/** @type {any} */ { device_id: id }) => hass.devices[id]?.primary_config_entry;
  const ours = Object.values(hass.entities).filter(isOurs);
  return new Set(ours.map(entryOf)).size > 1 && { config_entry_id: entryOf(hass.entities[entity]) };
}

/**
 * Define the card, and offer it.
 *
 * @param {string} type its tag
 * @param {CustomElementConstructor} card
 */
export function offerCard(type, card) {
  // After an update both versions may meet in a window that stays open.
  if (customElements.get(type)) return;
  customElements.define(type, card);
  const offer = {
    type,
    name: "Digimon quarter",
    description: "",
    preview: true,
    documentationURL: "https://github.com/digimon-energy/digimon#the-quarter-card",
    getEntitySuggestion: (/** @type {any} */ hass, /** @type {string} */ entity) =>
      isOurs(hass.entities[entity]) ? { config: { type: `custom:${type}`, ...boardOf(hass, entity) } } : null,
  };
  (/** @type {any} */ (window).customCards ??= []).push(offer);
  cardTexts(languageOfWindow()).then(({ name, description }) => Object.assign(offer, { name, description }), console.error);
}
