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

/** Of how many old rows each run looks whether they are decided. */
const checkedRows = 10_000;

/** The least id that a row can have, as SQL. */
const lowestId = "-9223372036854775808";

const highestId = "9223372036854775807";

const clusterSetting = "warehouse.cluster";

/**
 * A statement that notes of which database system the transaction ids are, for this transaction; an
 * empty text where the server does not tell.
 */
const noteCluster = `do $cluster$
  begin
    perform set_config('${clusterSetting}', system_identifier::text, true)
    from pg_control_system();
  exception when others then
    perform set_config('${clusterSetting}', '', true);
  end
  $cluster$`;

/**
 * The rows of bronze above an id. Of a range with two ends PostgreSQL guesses that few rows are in it,
 * and takes the index.
 * @param {string} bronze SQL: the table
 * @param {string} id SQL of type bigint; above null there is none
 * @returns {string} SQL for FROM
 */
function rowsAbove(bronze, id) {
  return `(
          select raw_tests.test_id, raw_tests.ingested_at, raw_tests.ingested_xid
          from ${bronze} as raw_tests
          where raw_tests.test_id > ${id} and raw_tests.test_id <= ${highestId}
        )`;
}

/**
 * Whether rows of bronze are there that no run has decided, and that this run will not find: their
 * transaction is below the bound, or was never given by this cluster.
 * @param {string} rows SQL for FROM, with test_id, ingested_at and ingested_xid of bronze
 * @param {string} stored alias of the watermark with next_xid
 * @param {string} results SQL: the table of decisions
 * @returns {string} SQL of type boolean
 */
function hasUndecidedRow(rows, stored, results) {
  return `exists (
          select from ${rows} as bronze_rows
          ${withDecision("bronze_rows", results)}
          where decision.is_there is null
            and (bronze_rows.ingested_xid < ${stored}.bound
              or bronze_rows.ingested_xid >= ${stored}.next_xid)
        )`;
}

/**
 * Whether the rows that this run finds hold an id twice, or one that a decided row has.
 * @param {string} bronze SQL: the table
 * @param {string} stored alias of the watermark with next_xid
 * @param {string} results SQL: the table of decisions
 * @returns {string} SQL of type boolean
 */
function hasDoubledId(bronze, stored, results) {
  const isFound = `new_rows.ingested_xid >= ${stored}.bound
            and new_rows.ingested_xid < ${stored}.next_xid`;
  return `exists (
          select
          from (
            select new_rows.test_id
            from ${bronze} as new_rows
            where ${isFound}
            offset 0
          ) as found_rows
          group by found_rows.test_id
          having count(*) > 1
        ) or exists (
          select from ${bronze} as new_rows
          ${withDecision("new_rows", results)}
          cross join lateral (
            select from ${results} as others
            where others.raw_test_id = new_rows.test_id
            offset 0
          ) as other_row
          where ${isFound}
            and new_rows.test_id <= (select max(decided.raw_test_id) from ${results} as decided)
            and decision.is_there is null
        )`;
}

// "offset 0" makes PostgreSQL look each row up by its key
/**
 * @param {string} rows
 * @param {string} results
 */
function withDecision(rows, results) {
  return `left join lateral (
            select true as is_there
            from ${results} as results
            where results.raw_test_id = ${rows}.test_id
              and results.ingested_at = ${rows}.ingested_at
            offset 0
          ) as decision
            on true`;
}

module.exports = {
  checkedRows,
  clusterSetting,
  hasDoubledId,
  hasUndecidedRow,
  isOfRun,
  lookUpByIndex,
  lowestId,
  noteCluster,
  rowsAbove,
};
