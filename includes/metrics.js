/**
 * The mean of durations in minutes to 5 decimals; null when there are none. Computed from the exact
 * sum of milliseconds, so that it is rounded once.
 * @param {string} totalMs SQL: sum of the durations in milliseconds
 * @param {string} count SQL: number of durations
 * @returns {string} SQL of type numeric
 */
function meanMinutes(totalMs, count) {
  return `round(${totalMs} / (60000.0 * nullif(${count}, 0)), 5)`;
}

/**
 * Whether a duration is longer than a recovery time objective; equal is in time.
 * @param {string} durationMs SQL: duration in milliseconds
 * @param {string} objectiveMinutes SQL: objective in minutes
 * @returns {string} SQL of type boolean
 */
function isRtoBreach(durationMs, objectiveMinutes) {
  return `${durationMs} > ${objectiveMinutes} * 60000::bigint`;
}

module.exports = { meanMinutes, isRtoBreach };
