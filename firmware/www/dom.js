/** The parts of the page. */

/**
 * An element of the page by its id.
 *
 * @param {string} id
 */
export function byId(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/**
 * Say that a button does nothing now. It keeps the focus: who pressed it until it led no further goes on from there.
 *
 * @param {HTMLElement} button
 * @param {boolean} disabled
 */
export function disable(button, disabled) {
  button.ariaDisabled = String(disabled);
}

/**
 * Do something when a button is pressed that is not disabled.
 *
 * @param {string} id
 * @param {() => unknown} action
 */
export function onPress(id, action) {
  const button = byId(id);
  button.addEventListener("click", () => button.ariaDisabled === "true" || action());
}
