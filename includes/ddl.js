/**
 * A statement that makes the indexes that the table does not have yet.
 * @param {string} table quoted name, as `self()` gives it
 * @param {Record<string, string>} definitions by name: `{ t_day_idx: "(day)" }`
 * @returns {string}
 */
function indexes(table, definitions) {
  return once(indexSteps(table, definitions, "index"));
}

/**
 * The same for unique indexes.
 * @param {string} table quoted name, as `self()` gives it
 * @param {Record<string, string>} definitions by name: `{ t_name_key: "(lower(name))" }`
 * @returns {string}
 */
function uniqueIndexes(table, definitions) {
  return once(indexSteps(table, definitions, "unique index"));
}

/**
 * @param {string} table
 * @param {Record<string, string>} definitions
 * @param {"index" | "unique index"} kind
 */
function indexSteps(table, definitions, kind) {
  return Object.entries(definitions).map(([name, definition]) => ({
    found: [
      "select from pg_index inner join pg_class on pg_index.indexrelid = pg_class.oid",
      `    where pg_index.indrelid = ${regclass(table)} and pg_class.relname = '${name}'`,
    ].join("\n"),
    statement: `create ${kind} ${name} on ${table} ${definition}`,
  }));
}

/**
 * `create index if not exists` locks the table before it looks, and so waits for every load in
 * flight; a look into the catalog waits for nobody.
 * @param {{ found: string, statement: string }[]} steps
 */
function once(steps) {
  const blocks = steps.map(
    ({ found, statement }) => `  if not exists (
    ${found}
  ) then
    ${statement};
  end if;`,
  );
  return ["do $ddl$", "begin", ...blocks, "end", "$ddl$"].join("\n");
}

/** @param {string} table */
function regclass(table) {
  return `'${table.replaceAll("'", "''")}'::regclass`;
}

module.exports = { indexes, uniqueIndexes };
