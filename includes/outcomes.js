const { normalisedName } = require("./scenarios.js");

/** The words that tools use for each outcome, in lower case with single blanks. */
const words = {
  passed: ["passed", "pass", "success", "succeeded", "successful", "ok"],
  failed: ["failed", "fail", "failure", "unsuccessful", "not passed", "not ok", "nok", "ko"],
  error: [
    ...["error", "errored", "aborted", "interrupted", "stopped", "cancelled", "canceled"],
    ...["timeout", "timed out", "crashed"],
  ],
  skipped: ["skipped", "skip", "ignored", "not run", "not tested"],
  // "completed" says that the fault was injected, and not how the system bore it
  inconclusive: [
    ...["inconclusive", "unknown", "completed", "undetermined"],
    ...["partial", "partially passed", "passed with conditions", "conditional pass"],
  ],
  running: ["running", "pending", "in progress", "in_progress", "started"],
};

/**
 * The outcome that a source's word for the status means, whatever its case and blanks, and the marks around it.
 * @param {string} expression SQL of type text
 * @returns {string} SQL of type text: one of the six outcomes; null for any other word
 */
function normalised(expression) {
  const branches = Object.entries(words).flatMap(([outcome, spellings]) =>
    spellings.map((word) => `when '${word}' then '${outcome}'`),
  );
  // most sources write exactly these two: their words need not be normalised
  const usual = `case when ${expression} in ('passed', 'failed') then ${expression} else`;
  // people put a check mark before it, or a full stop behind it; an exclamation mark before it may mean "not"
  const edges = "'^[^[:alnum:]!]+|[^[:alnum:]]+$'";
  const word = `regexp_replace(${normalisedName(expression)}, ${edges}, '', 'g')`;
  return [`${usual} case ${word}`, ...branches, "end end"].join("\n    ");
}

module.exports = { normalised };
