/**
 * Statements that create the indexes of a table that do not exist.
 * @param {string} table quoted name, as `self()` returns it
 * @param {Record<string, string>} definitions by name: `{ t_day_idx: "(day)" }`
 * @returns {string}
 */
function indexes(table, definitions) {
  return once(indexSteps(table, definitions, "index"));
}

/**
 * The same for unique indexes.
 * @param {string} table quoted name, as `self()` returns it
 * @param {Record<string, string>} definitions by name: `{ t_name_key: "(lower(name))" }`
 * @returns {string}
 */
function uniqueIndexes(table, definitions) {
  return once(indexSteps(table, definitions, "unique index"));
}

/**
 * A statement that makes a table refuse all changes except new rows, also from its owner and in
 * replication sessions.
 * @param {string} schema its schema
 * @param {string} name its name
 * @returns {string}
 */
function appendOnly(schema, name) {
  const table = `"${schema}"."${name}"`;
  return `do $ddl$
begin
  create or replace function "${schema}"."${name}_refuse_change"() returns trigger
  language plpgsql as $function$
  begin
    raise exception '% of %.% is refused: it is append only', tg_op, tg_table_schema, tg_table_name
      using errcode = 'restrict_violation';
  end
  $function$;
  if not exists (
    select from pg_trigger
    where tgrelid = ${regclass(table)} and tgname = '${name}_append_only'
  ) then
    create trigger ${name}_append_only before update or delete or truncate on ${table}
    for each statement execute function "${schema}"."${name}_refuse_change"();
    alter table ${table} enable always trigger ${name}_append_only;
  end if;
end
$ddl$`;
}

/**
 * A statement that makes a function of an id: whether a row of another table refers to that row.
 * @param {string} table quoted name, as `self()` returns it
 * @param {string} name quoted name of the function
 * @returns {string}
 */
function referenceLookUp(table, name) {
  return `create or replace function ${name}(id integer) returns boolean
language plpgsql stable as $function$
declare
  referring record;
  is_found boolean;
begin
  for referring in
    select pg_constraint.conrelid::regclass as relation, pg_attribute.attname as id_column
    from pg_constraint
    inner join pg_attribute
      on pg_constraint.conrelid = pg_attribute.attrelid
      and pg_constraint.conkey[1] = pg_attribute.attnum
    where pg_constraint.contype = 'f' and pg_constraint.confrelid = ${regclass(table)}
  loop
    execute format(
      'select exists (select 1 from %s where %I = $1)', referring.relation, referring.id_column
    ) into is_found using id;
    if is_found then
      return true;
    end if;
  end loop;
  return false;
end
$function$`;
}

/**
 * A statement that gives a table the lines of its file, one after the other: changed rows are updated,
 * new ones inserted, and those of removed lines deleted, unless something refers to them. It is no merge,
 * which Citus does not do to a table on every node, and no insert on conflict, which locks every row
 * and so waits for every running load.
 * @param {string} table quoted name, as `self()` returns it
 * @param {string} id its column of type integer; ids below 1000 are those of the file
 * @param {string[]} columns the others
 * @param {{ lines: string, isNeeded: string, more?: string }} options the relation with the lines, the
 * quoted name of the function that `referenceLookUp` makes, and what else an update sets
 * @returns {string}
 */
function keepLines(table, id, columns, { lines, isNeeded, more = "" }) {
  const row = ( /** @type {string} */ alias) => `(${columns.map((name) => `${alias}.${name}`).join(", ")})`;
  const sets = columns.map((name) => `${name} = line.${name}`).join(", ");
  return `do $ddl$
declare
  line record;
  removed integer;
begin
  for removed in
    select stored.${id} from ${table} as stored
    where stored.${id} < 1000 and stored.${id} not in (select lines.${id} from ${lines} as lines)
  loop
    if not ${isNeeded}(removed) then
      delete from ${table} where ${id} = removed;
    end if;
  end loop;
  for line in select * from ${lines} loop
    update ${table} as stored set ${sets}${more}
    where stored.${id} = line.${id} and ${row("stored")} is distinct from ${row("line")};
    if not exists (select 1 from ${table} as stored where stored.${id} = line.${id}) then
      insert into ${table} (${id}, ${columns.join(", ")})
      values (line.${id}, ${columns.map((name) => `line.${name}`).join(", ")});
    end if;
  end loop;
end
$ddl$`;
}

/**
 * A statement by which Citus keeps a copy of a small table on every node; without Citus it does nothing.
 * @param {string} table quoted name, as `self()` returns it
 * @returns {string}
 */
function onEveryNode(table) {
  return `do $ddl$
begin
  if exists (select from pg_extension where extname = 'citus') then
    if not exists (select from pg_dist_partition where logicalrelid = ${regclass(table)}) then
      perform create_reference_table(${regclass(table)});
    end if;
  end if;
end
$ddl$`;
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
 * `create index if not exists` locks the table before it checks, and so waits for every running
 * load; a query of the catalogue does not wait.
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

/**
 * A name in the schema of the project's relations, with the suffix that a run may give it.
 * @param {string} name
 * @returns {string} SQL
 */
function inDefaultSchema(name) {
  return `"${ownSchema()}"."${name}"`;
}

function ownSchema() {
  const { defaultSchema, schemaSuffix } = dataform.projectConfig;
  return `${defaultSchema}${schemaSuffix ? `_${schemaSuffix}` : ""}`;
}

/**
 * A statement that makes a sequence in that schema. A unit test may run before any run has made the schema.
 * @param {string} sequence
 * @returns {string} SQL
 */
function createSequence(sequence) {
  return `do $ddl$
begin
  if to_regnamespace('"${ownSchema()}"') is null then
    create schema "${ownSchema()}";
  end if;
  create sequence if not exists ${inDefaultSchema(sequence)};
end
$ddl$`;
}

/** `onSchemaChange: "SYNCHRONIZE"`. Beside metadata.extraProperties, core takes its number alone. */
const synchronize = 3;

/**
 * The next number of a sequence of that schema.
 * @param {string} sequence
 * @returns {string} SQL of type bigint
 */
function nextval(sequence) {
  return `nextval('${inDefaultSchema(sequence)}')`;
}

module.exports = {
  createSequence,
  keepLines,
  nextval,
  onEveryNode,
  synchronize,
  appendOnly,
  indexes,
  referenceLookUp,
  uniqueIndexes,
};
