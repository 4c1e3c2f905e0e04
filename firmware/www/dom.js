/** The parts of the page. */

/**
 * An element of the page by its id.
 *
 * @param {string} id
 */
export function byId(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}
