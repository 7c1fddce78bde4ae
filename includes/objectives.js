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

module.exports = { isValidOn, rtoResult, rpoResult };
