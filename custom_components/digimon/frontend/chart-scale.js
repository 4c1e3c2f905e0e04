/** From watts to the height of a chart. */

/** @typedef {import("./chart-model.js").ChartModel} ChartModel */

/**
 * @typedef {object} Scale
 * @property {number} top W at the upper end
 * @property {number} bottom W at the lower end, 0 or less
 * @property {number} step W between two lines of the grid
 */

// The least that a chart shows, so that standby of a house does not look like an oven.
const LEAST_WATT = 200;
// A line this many times higher than everything else would leave the bars too low to read: it is named instead.
const FAR_TIMES = 2.5;
const LEAST_PIXELS_A_STEP = 48;

/**
 * The scale of a chart.
 *
 * @param {ChartModel} model
 * @param {number[]} lines W of the lines across it
 * @param {number} height pixels
 * @returns {Scale}
 */
export function scaleOf(model, lines, height) {
  let high = LEAST_WATT;
  let low = 0;
  for (const values of [model.up, model.upMost]) for (const watt of values) high = Math.max(high, watt ?? 0);
  for (const values of [model.down, model.downMost]) for (const watt of values) low = Math.min(low, watt ?? 0);
  high = Math.max(high, model.average ?? 0);
  const far = FAR_TIMES * high;
  for (const watt of lines) if (watt <= far) high = Math.max(high, watt);
  const step = niceStep(((high - low) / height) * LEAST_PIXELS_A_STEP);
  // A house that gives nothing has no minus before its 0.
  return { top: Math.ceil(high / step) * step, bottom: Math.floor(low / step) * step || 0, step };
}

/**
 * The smallest of 1, 2, 2.5 and 5 times a power of ten that is no less than a number.
 *
 * @param {number} least
 */
function niceStep(least) {
  const power = 10 ** Math.floor(Math.log10(least));
  return (/** @type {number} */ ([1, 2, 2.5, 5, 10].find((times) => times * power >= least * 0.999))) * power;
}

/**
 * The watts that have a line of the grid, from below.
 *
 * @param {Scale} scale
 */
export function levels({ top, bottom, step }) {
  const found = [];
  for (let watt = bottom; watt <= top; watt += step) found.push(watt);
  return found;
}
