/**
 * Whether a row was written in the last transaction that changed its table. Not by "=": after a full
 * build all rows have one time, and by the statistics every row fits; of the ends of a range
 * PostgreSQL guesses that few do, and takes the index.
 * @param {string} writtenAt SQL: alias and column with the time of the transaction
 * @param {string} table SQL: the table
 * @returns {string} SQL of type boolean
 */
function isLast(writtenAt, table) {
  const [, column] = writtenAt.split(".");
  const last = `(select max(all_rows.${column}) from ${table} as all_rows)`;
  return `${writtenAt} between ${last} and ${last}`;
}

module.exports = { isLast };
