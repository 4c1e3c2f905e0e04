/** The visual editor of the card, as Home Assistant draws it from a schema. */

import { VIEWS, viewText } from "./card-way.js";

/** @typedef {import("./formats.js").Language} Language */

/** @satisfies {Record<Language, Record<string, string>>} */
const LABELS = {
  en: {
    board: "Board",
    boardHelp: "Without a choice, the one that was added first.",
    title: "Title",
    first: "What is shown first",
  },
  nl: {
    board: "Bord",
    boardHelp: "Zonder keuze: wat je eerst toevoegde.",
    title: "Titel",
    first: "Wat je eerst ziet",
  },
  fr: {
    board: "Carte P1",
    boardHelp: "Sans choix, celle qui a été ajoutée en premier.",
    title: "Titre",
    first: "Ce qui s’affiche d’abord",
  },
  de: {
    board: "Platine",
    boardHelp: "Ohne Auswahl die zuerst hinzugefügte.",
    title: "Titel",
    first: "Was zuerst gezeigt wird",
  },
};

/**
 * The form.
 *
 * @param {import("./card-texts.js").CardTexts} texts
 * @param {Language} language
 */
export function configForm(texts, language) {
  const said = LABELS[language];
  /** @type {Record<string, string>} */
  const labels = { config_entry_id: said.board, title: said.title, view: said.first };
  const options = VIEWS.map((value) => ({ value, label: viewText(texts, value) }));
  return {
    schema: [
      { name: "config_entry_id", selector: { config_entry: { integration: "digimon" } } },
      { name: "title", selector: { text: {} } },
      { name: "view", selector: { select: { mode: "dropdown", options } } },
    ],
    computeLabel: (/** @type {{name: string}} */ { name }) => labels[name],
    computeHelper: (/** @type {{name: string}} */ { name }) => (name === "config_entry_id" ? said.boardHelp : undefined),
  };
}
