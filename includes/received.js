const { normalised } = require("./outcomes.js");
const { normalisedName } = require("./scenarios.js");

/** Tolerances and bounds by which silver judges what sources say. */
const bounds = {
  firstMoment: "2000-01-01 00:00+00",
  afterLastMoment: "2200-01-01 00:00+00",
  // a test that ran for longer than 100 years did not
  longestMs: 36525 * 86_400_000,
  mostSeconds: 36525 * 86_400,
  clockTolerance: "5 minutes",
  // tools round times to seconds, and start their stopwatch a little earlier or later
  mismatchMs: 2000,
  mismatchShare: 0.01,
};

/**
 * Whether a point in time is possible for a result; null without one.
 * @param {string} expression SQL of type timestamptz
 * @returns {string} SQL of type boolean
 */
function isPossible(expression) {
  const { firstMoment, afterLastMoment } = bounds;
  return `(${expression} >= timestamptz '${firstMoment}' and ${expression} < timestamptz '${afterLastMoment}')`;
}

/**
 * The time from one point to another in milliseconds, exactly; null when one is missing or
 * impossible, since PostgreSQL refuses to subtract from infinity.
 * @param {string} from SQL of type timestamptz
 * @param {string} to SQL of type timestamptz
 * @returns {string} SQL of type numeric
 */
function millisecondsBetween(from, to) {
  return `case
    when ${isPossible(from)} and ${isPossible(to)} then extract(epoch from ${to} - ${from}) * 1000
  end`;
}

/**
 * A number of milliseconds when it can be the length of a test, else null.
 * @param {string} expression SQL of type numeric
 * @returns {string} SQL of type numeric
 */
function possibleDuration(expression) {
  return `case when ${expression} between 0 and ${bounds.longestMs} then ${expression} end`;
}

/**
 * Whether a length and the time between start and end contradict each other.
 * @param {string} elapsedMs SQL: milliseconds between start and end
 * @param {string} statedMs SQL: milliseconds as the source says
 * @returns {string} SQL of type boolean; null when one is missing
 */
function isMismatch(elapsedMs, statedMs) {
  const { mismatchMs, mismatchShare } = bounds;
  return `abs(${elapsedMs} - ${statedMs}) > greatest(${mismatchMs}, ${mismatchShare} * ${statedMs})`;
}

/**
 * Whether the times of a row cannot be: infinite, of another century, or in the wrong order.
 * @param {string} row alias of a relation with the times of bronze, began_at and last_time
 * @returns {string} SQL of type boolean; never true for a missing time
 */
function isImpossibleTime(row) {
  const times = ["start_time", "end_time", "fault_at", "detected_at", "recovered_at"];
  return `(
          ${times.map((column) => `not ${isPossible(`${row}.${column}`)}`).join("\n          or ")}
          or ${row}.end_time < ${row}.start_time
          or ${row}.recovered_at < ${row}.began_at
          or ${row}.detected_at < ${row}.began_at
          or ${row}.fault_at > ${row}.last_time
        )`;
}

/**
 * The basis of a row's recovery time: the source's statement, else the best that its columns allow.
 * @param {string} row alias of raw_resiliency_tests
 * @returns {string} SQL of type text: measured, upper_bound, duration_proxy or none
 */
function recoveryBasis(row) {
  const stated = normalisedName(`${row}.recovery_basis`);
  const bases = "'measured', 'upper_bound', 'duration_proxy', 'none'";
  return `case
        when ${row}.recovery_basis in (${bases}) then ${row}.recovery_basis
        when ${row}.recovery_basis is not null and ${stated} in (${bases}) then ${stated}
        when num_nonnulls(${row}.fault_at, ${row}.recovered_at, ${row}.is_recovered) = 0
          then 'duration_proxy'
        else 'measured'
      end`;
}

/**
 * The end of a test by its length, which stands for its recovery; never before the fault, since
 * lengths and times of a source may differ a little.
 * @param {string} row alias of a relation with start_time, whole_ms and began_at
 * @returns {string} SQL of type timestamptz
 */
function proxyEnd(row) {
  return `case
          when ${row}.whole_ms is not null then greatest(
            ${row}.start_time + ${row}.whole_ms * interval '1 millisecond',
            ${row}.began_at
          )
        end`;
}

/**
 * The key of a report as text; with a star before it for a made-up one.
 * @param {string} key SQL of type json, an array
 * @returns {string} SQL of type text
 */
function markSynthetic(key) {
  return `case when is_synthetic then '*' else '' end || ${key}::text`;
}

/**
 * The SHA-256 from the loader, in lower case and without the name of the algorithm, so that two
 * spellings of one hash are equal. A text that is not a SHA-256 in hexadecimal is unchanged.
 * @param {string} expression SQL of type text
 * @returns {string} SQL of type text; null when the loader says none
 */
function statedHash(expression) {
  const anySpelling = "(?i)^[[:space:]]*(?:sha-?256[:=]|[\\\\]x|0x)?([0-9a-f]+)[[:space:]]*$";
  const digits = `substring(${expression} from '${anySpelling}')`;
  // The length is compared apart: a pattern that counts 64 digits takes fifty times as long.
  return `case
          when length(${expression}) = 64 and ${expression} ~ '^[0-9a-f]+$' then ${expression}
          when length(${digits}) = 64 then lower(${digits})
          else nullif(btrim(${expression}), '')
        end`;
}

/**
 * The SHA-256 of what a source said, for rows that come without one. Neither the time zone of the
 * session nor the time of arrival is in it.
 * @param {string} row alias of raw_resiliency_tests
 * @returns {string} SQL of type text, hexadecimal
 */
function contentHash(row) {
  const times = ["start_time", "end_time", "fault_at", "detected_at", "recovered_at"];
  const values = [
    ...["app_id", "app_name", "scenario_name", "status", "error_message", "metadata_json"],
    ...["is_recovered", "recovery_basis", "raw_payload"],
  ];
  const parts = [
    ...values.map((column) => `${row}.${column}`),
    ...times.map((column) => `extract(epoch from ${row}.${column})`),
    ...["duration_ms", "data_loss_seconds"].map((column) => `trim_scale(${row}.${column})`),
  ];
  // json writes the same text as jsonb here, and is made faster
  return `encode(sha256(convert_to(json_build_array(
      ${parts.join(",\n      ")}
    )::text, 'UTF8')), 'hex')`;
}

/**
 * Whether a staged test says something else than its row in bronze, which may leave the application
 * to its name, and the end and the duration to each other. The comparison with 1 makes PostgreSQL expect
 * few such rows, so that several processes look for them; of "is distinct from" it expects all.
 * @param {string} staged alias of stg_resiliency_tests
 * @param {string} raw alias of raw_resiliency_tests, joined by its key
 * @returns {string} SQL of type boolean; true without a row in bronze, null when nothing differs
 */
function differsFromRaw(staged, raw) {
  const same = ["scenario_name", "start_time", "error_message", "metadata_json", "created_at"];
  const pairs = [
    ...[...same, "source_system"].map((column) => [column, `${raw}.${column}`]),
    ...["app_id", "end_time"].map((column) => [
      column,
      `coalesce(${raw}.${column}, ${staged}.${column})`,
    ]),
    ["duration_ms", `greatest(round(coalesce(${raw}.duration_ms, ${staged}.duration_ms)), 1)`],
    ["status", normalised(`${raw}.status`)],
  ];
  return `case
    when ${raw}.test_id is null or (
      ${pairs.map(([column]) => `${staged}.${column}`).join(",\n      ")}
    ) is distinct from (
      ${pairs.map(([, value]) => value).join(",\n      ")}
    ) then 1
  end = 1`;
}

module.exports = {
  bounds,
  contentHash,
  differsFromRaw,
  isImpossibleTime,
  isMismatch,
  isPossible,
  markSynthetic,
  millisecondsBetween,
  possibleDuration,
  proxyEnd,
  recoveryBasis,
  statedHash,
};
