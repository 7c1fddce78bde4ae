/**
 * The mean of times in minutes to 5 decimals; null when there are none. Computed from the exact sum,
 * so that it is rounded once and can be pooled over days.
 * @param {string} totalSeconds SQL: sum of the times in seconds
 * @param {string} count SQL: number of times
 * @returns {string} SQL of type numeric
 */
function meanMinutes(totalSeconds, count) {
  return `round(${totalSeconds} / (60.0 * nullif(${count}, 0)), 5)`;
}

/**
 * A part in per cent to 5 decimals; null when there is no whole.
 * @param {string} part SQL: a number
 * @param {string} whole SQL: a number
 * @returns {string} SQL of type numeric
 */
function percent(part, whole) {
  return `round(100.0 * ${part} / nullif(${whole}, 0), 5)`;
}

/**
 * The lower end of the 95 % confidence interval of a share (Wilson), in per cent to 5 decimals: what
 * the true share is at least, as far as so few tests can say. Null without tests.
 * @param {string} part SQL: number of tests that passed
 * @param {string} whole SQL: number of tests
 * @returns {string} SQL of type numeric
 */
function wilsonLow(part, whole) {
  return wilson(part, whole, "-");
}

/**
 * The upper end of the same interval.
 * @param {string} part SQL: number of tests that passed
 * @param {string} whole SQL: number of tests
 * @returns {string} SQL of type numeric
 */
function wilsonHigh(part, whole) {
  return wilson(part, whole, "+");
}

/**
 * A percentile from an ordered list of percentiles, or null when there are too few tests for it: a
 * 95th percentile of 19 tests is their maximum under another name.
 * @param {string} percentiles SQL of type numeric[], as `percentile_disc(array[…])` gives it
 * @param {number} position in the list, from 1
 * @param {string} count SQL: number of tests
 * @param {number} minimum number of tests that it takes
 * @returns {string} SQL of type numeric
 */
function percentile(percentiles, position, count, minimum) {
  return `case when ${count} >= ${minimum} then trim_scale((${percentiles})[${position}]) end`;
}

/**
 * @param {string} part
 * @param {string} whole
 * @param {"-" | "+"} sign
 */
function wilson(part, whole, sign) {
  // 1.96 is the normal quantile of 95 %, 3.8416 its square
  const root = `1.96 * sqrt(3.8416 + 4.0 * ${part} * (${whole} - ${part}) / nullif(${whole}, 0))`;
  return `round(50 * (2 * ${part} + 3.8416 ${sign} ${root}) / (${whole} + 3.8416), 5)`;
}

module.exports = { meanMinutes, percent, wilsonLow, wilsonHigh, percentile };
