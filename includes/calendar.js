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
 * A text as a literal of SQL.
 * @param {string | undefined} text nothing means the default report time zone
 * @returns {string} SQL of type text
 */
function literal(text = "UTC") {
  return `'${text.replaceAll("'", "''")}'`;
}

/**
 * @param {string} expression
 * @param {string} timeZone
 */
function localTime(expression, timeZone) {
  return `${expression} at time zone ${literal(timeZone)}`;
}

/**
 * The day of a point in time in the report time zone.
 * @param {string} expression SQL of type timestamptz
 * @returns {string} SQL of type date
 */
function reportDate(expression) {
  return localDate(expression, reportTimeZone());
}

/**
 * The hour of a point in time in the report time zone, 0 to 23.
 * @param {string} expression SQL of type timestamptz
 * @returns {string} SQL of type integer
 */
function reportHour(expression) {
  return localHour(expression, reportTimeZone());
}

function reportTimeZone() {
  return dataform.projectConfig.vars.reportTimeZone;
}

module.exports = { literal, localDate, localHour, reportDate, reportHour };
