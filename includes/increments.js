/**
 * A statement for the pre-operations of an increment. New rows are few: they are looked up by index,
 * whatever the settings say of a disk.
 */
const lookUpByIndex = "set local random_page_cost = 1.1";

/**
 * Whether a row carries the number of one run, so that its index finds it. Not by "=": after a full
 * build all rows have one number, and by the statistics every row fits; of the ends of a range
 * PostgreSQL guesses that few do.
 * @param {string} decidedNo SQL: the number that the row carries
 * @param {string} run name of a relation of one row whose decided_no is the run's
 * @returns {string} SQL of type boolean
 */
function isOfRun(decidedNo, run) {
  const number = `(select ${run}.decided_no from ${run})`;
  return `${decidedNo} between ${number} and ${number}`;
}

module.exports = { isOfRun, lookUpByIndex };
