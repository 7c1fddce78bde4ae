const { literal } = require("./calendar.js");

/**
 * The condition that a staged test is reported at all: synthetic results count only where the
 * project says `includeSynthetic: "true"`, so that they are never mixed with real ones unasked.
 * @param {string} isSynthetic SQL of type boolean
 * @param {Record<string, string>} vars of the project
 * @returns {string} SQL of type boolean
 */
function isReported(isSynthetic, vars) {
  return includesSynthetic(vars) ? "true" : `not ${isSynthetic}`;
}

/**
 * Whether the project reports synthetic results.
 * @param {Record<string, string>} vars of the project
 * @returns {boolean}
 */
function includesSynthetic({ includeSynthetic = "false" }) {
  if (includeSynthetic === "true" || includeSynthetic === "false")
    return includeSynthetic === "true";
  throw new Error(`vars.includeSynthetic is "true" or "false", not "${includeSynthetic}"`);
}

/**
 * The day that reports call today: `reportDate` of the project, so that a report can be made again
 * as of a day of the past, else the day it is in the report time zone.
 * @param {Record<string, string>} vars of the project
 * @returns {string} SQL of type date
 */
function today({ reportDate, reportTimeZone }) {
  if (reportDate === undefined || reportDate === "") {
    return `(now() at time zone ${literal(reportTimeZone)})::date`;
  }
  if (/^\d{4}-\d\d-\d\d$/.test(reportDate)) return `date '${reportDate}'`;
  throw new Error(`vars.reportDate is a day as 2026-01-31, not "${reportDate}"`);
}

/**
 * The condition that a day is none after `reportDate` of the project; with it a report as of a day of
 * the past counts no test of later days.
 * @param {string} day SQL of type date
 * @param {Record<string, string>} vars of the project
 * @returns {string} SQL of type boolean; always true without reportDate
 */
function isReportedDay(day, vars) {
  return vars.reportDate ? `${day} <= ${today(vars)}` : "true";
}

/**
 * The last day of a report's window: `reportDate` of the project, else the newest day with a test. So
 * a window follows the data, and a report of old results is not empty.
 * @param {string} newestDay SQL of type date, an aggregate
 * @param {Record<string, string>} vars of the project
 * @returns {string} SQL of type date, an aggregate
 */
function lastDay(newestDay, vars) {
  // An aggregate has to stay, or the select around it gives a row for each of its rows. Of a coalesce
  // whose first value is known, Citus keeps that value alone.
  return vars.reportDate ? `case when count(*) >= 0 then ${today(vars)} end` : newestDay;
}

/**
 * The moment in which a day of the report time zone begins.
 * @param {string} day SQL of type date
 * @param {Record<string, string>} vars of the project
 * @returns {string} SQL of type timestamptz
 */
function startOfDay(day, { reportTimeZone }) {
  return `((${day})::timestamp at time zone ${literal(reportTimeZone)})`;
}

module.exports = {
  isReported,
  isReportedDay,
  includesSynthetic,
  today,
  lastDay,
  startOfDay,
};
