/**
 * The day of a point in time in a time zone.
 * @param {string} expression SQL of type timestamptz
 * @param {string} timeZone as PostgreSQL names it: `Europe/London`
 * @returns {string} SQL of type date
 */
function localDate(expression, timeZone) {
  return `(${localTime(expression, timeZone)})::date`;
}

/**
 * The hour of a point in time in a time zone, 0 to 23.
 * @param {string} expression SQL of type timestamptz
 * @param {string} timeZone as PostgreSQL names it: `Europe/London`
 * @returns {string} SQL of type integer
 */
function localHour(expression, timeZone) {
  return `extract(hour from ${localTime(expression, timeZone)})::integer`;
}

/**
 * The name of a time zone as SQL.
 * @param {string} timeZone as PostgreSQL names it: `Europe/London`
 * @returns {string} SQL of type text
 */
function literal(timeZone) {
  return `'${timeZone.replaceAll("'", "''")}'`;
}

/**
 * @param {string} expression
 * @param {string} timeZone
 */
function localTime(expression, timeZone) {
  return `${expression} at time zone ${literal(timeZone)}`;
}

module.exports = { literal, localDate, localHour };
