/** What the card says, in four languages: each is loaded when somebody speaks it. */

/** @typedef {import("./formats.js").Language} Language */
/** @typedef {typeof import("./card-texts-en.js").CARD_TEXTS} CardTexts */

/** @type {Record<Language, () => Promise<{CARD_TEXTS: CardTexts}>>} */
const FILES = {
  en: () => import("./card-texts-en.js"),
  nl: () => import("./card-texts-nl.js"),
  fr: () => import("./card-texts-fr.js"),
  de: () => import("./card-texts-de.js"),
};

/**
 * The texts of a language.
 *
 * @param {Language} language
 */
export async function cardTexts(language) {
  return (await FILES[language]()).CARD_TEXTS;
}
