/**
 * Whether a row was written in the last transaction that changed its table. A range and not "=": after
 * a full build all rows have the same time, so PostgreSQL would expect every row to match; for a range
 * it expects few rows, and uses the index.
 * @param {string} writtenAt SQL: alias and column with the time of the transaction
 * @param {string} table SQL: the table
 * @returns {string} SQL of type boolean
 */
function isLast(writtenAt, table) {
  const [, column] = writtenAt.split(".");
  const last = `(select max(all_rows.${column}) from ${table} as all_rows)`;
  return `${writtenAt} between ${last} and ${last}`;
}

/**
 * Whether all rows of a table were written in one transaction, as a full build does; null when there are none.
 * @param {string} column with the time of the transaction
 * @param {string} table SQL: the table
 * @returns {string} SQL of type boolean
 */
function isOfOneChange(column, table) {
  return `(select min(all_rows.${column}) = max(all_rows.${column}) from ${table} as all_rows)`;
}

/**
 * The first and the last transaction of the new rows of a followed table.
 * @param {string} table name of the table
 * @returns {string} SQL to stand behind "between"
 */
function ends(table) {
  const added = `pg_temp.${table}__added as new_rows`;
  return `(select min(new_rows.ingested_xid) from ${added})
      and (select max(new_rows.ingested_xid) from ${added})`;
}

/**
 * A relation, or in an incremental run its rows of changed keys. "offset 0" makes PostgreSQL look the keys
 * up by the index, whatever it expects: those of one column 10,000 at a time, in the order of the index,
 * which takes half as long, others one by one.
 * @param {boolean} isIncremental
 * @param {string} relation SQL
 * @param {string} keys SQL: a relation of keys; one that is there twice may give its rows twice
 * @param {string[]} columns of the relation and of the keys
 * @returns {string} SQL for FROM, without a name
 */
function rowsOf(isIncremental, relation, keys, columns) {
  if (!isIncremental) return relation;
  const [only] = columns;
  const isSame = columns.map((column) => `rows.${column} = keys.${column}`);
  const [looked, found] =
  columns.length === 1 ? [listsOf(keys, only), `rows.${only} = any(keys.${only}_list)`] : [keys, isSame.join(" and ")];
  return `(
    select rows_of_key.*
    from ${looked} as keys
    cross join lateral (
      select * from ${relation} as rows
      where ${found}
      offset 0
    ) as rows_of_key
  )`;
}

/**
 * @param {string} keys
 * @param {string | undefined} column
 */
function listsOf(keys, column) {
  return `(
      select array_agg(${column}) as ${column}_list
      from (select ${column}, row_number() over () / 10000 as list from ${keys} as keys) as numbered
      group by list
    )`;
}

module.exports = { ends, isLast, isOfOneChange, rowsOf };
