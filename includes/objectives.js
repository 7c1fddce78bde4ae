/**
 * Whether a row of dim_recovery_objectives holds on a day; its last day belongs to it.
 * @param {string} objective alias of dim_recovery_objectives
 * @param {string} day SQL of type date
 * @returns {string} SQL of type boolean
 */
function isValidOn(objective, day) {
  return `${day} between ${objective}.valid_from and coalesce(${objective}.valid_to, 'infinity')`;
}

/**
 * The objectives of an application on a day: one row at most. Where spans overlap, those of the span
 * that began last.
 * @param {string[]} columns of dim_recovery_objectives
 * @param {string} relation SQL: dim_recovery_objectives
 * @param {string} app SQL of type integer: the application
 * @param {string} day SQL of type date
 * @returns {string} SQL: a subquery, to follow "lateral"; with one column also a value
 */
function ofDay(columns, relation, app, day) {
  return `(
    select ${columns.map((column) => `dim_recovery_objectives.${column}`).join(", ")}
    from ${relation} as dim_recovery_objectives
    where dim_recovery_objectives.app_id = ${app}
      and ${isValidOn("dim_recovery_objectives", day)}
    order by dim_recovery_objectives.valid_from desc
    limit 1
  )`;
}

/**
 * Whether a test kept its recovery time objective. Not recovered counts as breached only when the
 * test was watched for longer than the objective.
 * @param {string} test alias of a relation with is_recovered, recovery_seconds, observed_seconds
 * @param {string} objectiveMinutes SQL: objective in minutes; null when there is none
 * @returns {string} SQL of type text: met, breached, undetermined or missing_objective
 */
function rtoResult(test, objectiveMinutes) {
  return `case
    when ${objectiveMinutes} is null then 'missing_objective'
    when ${test}.is_recovered and ${test}.recovery_seconds <= ${objectiveMinutes} * 60 then 'met'
    when ${test}.is_recovered and ${test}.recovery_seconds > ${objectiveMinutes} * 60
      then 'breached'
    when not ${test}.is_recovered and ${test}.observed_seconds > ${objectiveMinutes} * 60
      then 'breached'
    else 'undetermined'
  end`;
}

/**
 * Whether a test kept its recovery point objective.
 * @param {string} lossSeconds SQL: seconds of data lost; null when nobody measured it
 * @param {string} objectiveMinutes SQL: objective in minutes; null when there is none
 * @returns {string} SQL of type text: met, breached, not_measured or missing_objective
 */
function rpoResult(lossSeconds, objectiveMinutes) {
  return `case
    when ${objectiveMinutes} is null then 'missing_objective'
    when ${lossSeconds} is null then 'not_measured'
    when ${lossSeconds} <= ${objectiveMinutes} * 60 then 'met'
    else 'breached'
  end`;
}

module.exports = { isValidOn, ofDay, rtoResult, rpoResult };
