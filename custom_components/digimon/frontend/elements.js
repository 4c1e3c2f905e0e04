/** Small helps with elements. */

/**
 * A new element.
 *
 * @param {string} tag
 * @param {Record<string, string>} [attributes]
 * @param {...(Node | string)} children
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/**
 * Change a text only when it is another one, so that a selection in it and a screen reader are left alone.
 *
 * @param {Element} element
 * @param {string} text
 */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Hide something or show it; what is so already costs nothing.
 *
 * @param {HTMLElement} element
 * @param {boolean} hidden
 */
export function hide(element, hidden) {
  if (element.hidden !== hidden) element.hidden = hidden;
}

/**
 * Put elements in the place of others, unless they look the same.
 *
 * @param {Element} parent
 * @param {...Element} children
 */
export function replace(parent, ...children) {
  const wanted = children.map((child) => child.outerHTML).join("");
  if (parent.innerHTML !== wanted) parent.replaceChildren(...children);
}
