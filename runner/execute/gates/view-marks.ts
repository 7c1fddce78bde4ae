import type { Database, Session } from "../../database/database.ts";
import { RunnerError, SqlFailure } from "../../errors.ts";
import { qualifiedName } from "../../names/identifiers.ts";
import { ownSchema } from "../../names/our-marks.ts";
import { shortHash } from "../../names/short-hash.ts";
import { wordsOf } from "../../names/words-of.ts";
import type { ExecutionGraph, GateTask } from "../../plan/execution-graph.ts";
import { type Target, targetKey } from "../../target.ts";
import { hasOwnTable, makeOwnTable } from "../own-table.ts";
import { mayMeanNow } from "../proofs/repeatable.ts";

/**
 * By what a view that is kept of an assertion is known again, by `targetKey`: when its mark is the one of an earlier
 * run, in which it was what the query makes it, it is that still.
 */
export interface ViewMarks {
  /** Those of earlier runs. */
  known: ReadonlyMap<string, string>;
  /** Those that this run has found, of views that are what their query makes them. */
  found: Map<string, string>;
  /** The keys of the views that still had their marks when this run began. */
  proved: ReadonlySet<string>;
}

const name = "proofs_of_views";
const table = `${ownSchema}.${name}`;

/**
 * Reads the marks of earlier runs, where there are some and the role may read them, and asks for those of now: of all views
 * in one statement, which takes a sixth of what one for each does.
 */
export async function readMarks(graph: ExecutionGraph, database: Database): Promise<ViewMarks> {
  const known = new Map<string, string>();
  const proved = new Set<string>();
  const there = graph.actions.flatMap(({ target, gates = [] }) =>
    gates.flatMap((gate) => (gate.isThereWithTable ? { gate, checked: target } : [])),
  );
  if (there.length > 0) {
    await unlessRefused(async () => {
      await database.session(async ({ own }) => {
        if (!(await hasOwnTable(own, name))) return;
        const { rows } = await own.query(`select schema_name, relation_name, mark from ${table}`);
        for (const [schema, relation, mark] of rows) {
          known.set(targetKey({ schema: schema ?? "", name: relation ?? "" }), mark ?? "");
        }
        if (changesOnlyRows(graph)) await proveAll(own, there, known, proved);
      });
    });
  }
  return { known, found: new Map(), proved };
}

/** Whether no statement of an author runs, which could change a view or what the names in a query mean. */
function changesOnlyRows({ actions }: ExecutionGraph): boolean {
  return actions.every(
    ({ tasks, jit }) => jit === undefined && tasks.every(({ type }) => type !== "statement"),
  );
}

async function proveAll(
  session: Session,
  gates: readonly { gate: GateTask; checked: Target }[],
  known: ReadonlyMap<string, string>,
  proved: Set<string>,
): Promise<void> {
  const asked = gates.flatMap(({ gate, checked }) => {
    const words = known.has(targetKey(gate.target)) ? provableWords(gate, checked) : undefined;
    const { target } = gate;
    return words
      ? [{ gate, view: qualifiedName(target), checked: qualifiedName(checked), words }]
      : [];
  });
  if (asked.length === 0) return;
  const names = asked.map(({ gate: _, ...each }) => each);
  const { rows } = await session.authored(provedAllQuery, [JSON.stringify(names)]);
  for (const [index, found] of rows) {
    const { gate } = asked[Number(index)] ?? {};
    if (!gate) continue;
    const key = targetKey(gate.target);
    if (markOf(gate, found) === known.get(key)) proved.add(key);
  }
}

/** Keeps the marks of a run for the next one. */
export async function keepMarks(
  graph: ExecutionGraph,
  database: Database,
  { known, found }: ViewMarks,
): Promise<void> {
  const targets = graph.actions.flatMap(({ gates = [] }) => gates.map(({ target }) => target));
  const kept = targets.flatMap((target) => {
    const [key, mark] = [targetKey(target), found.get(targetKey(target))];
    if (mark === undefined || mark === known.get(key)) return [];
    return [{ schema_name: target.schema, relation_name: target.name, mark }];
  });
  if (kept.length === 0) return;
  await unlessRefused(async () => {
    await database.session(async ({ own }) => {
      await makeOwnTable(own, proofsOfViews);
      await own.query(keepQuery, [JSON.stringify(kept)]);
    });
  });
}

const proofsOfViews = {
  name,
  columns: `
    schema_name text not null,
    relation_name text not null,
    mark text not null,
    primary key (schema_name, relation_name)`,
  comment: "by what dataform-postgres knows the views of assertions again",
};

const keepQuery = `
  insert into ${table}
  select * from json_to_recordset($1::json) as kept (schema_name text, relation_name text, mark text)
  on conflict (schema_name, relation_name) do update set mark = excluded.mark`;

/** Without marks all views are compared: no reason to fail. */
async function unlessRefused(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof SqlFailure || error instanceof RunnerError)) throw error;
  }
}

/**
 * Asks for the mark of the view of an assertion. Undefined when nothing is to be asked: its query may have another
 * meaning without any change of what it names. `isNew`: the view was made now, so that nothing needs to be proved.
 */
export function askForMark(
  session: Session,
  gate: GateTask,
  checked: Target,
  isNew = false,
): Promise<string | undefined> | undefined {
  const words = provableWords(gate, checked);
  if (words === undefined) return undefined;
  const views = [qualifiedName(gate.target), qualifiedName(checked)];
  const asked = isNew
    ? session.catalogue(newMarkQuery, views, "within")
    : session.catalogue(provedOneQuery, [...views, words], "within");
  return asked.then(({ rows: [row] }) => row && markOf(gate, row[0]));
}

function markOf({ task: { statement } }: GateTask, found: string | null | undefined): string {
  return `${shortHash(statement)} ${found}`;
}

/** All that may be names in the query; undefined when it may have another meaning without any change of what it names. */
function provableWords({ task: { statement } }: GateTask, checked: Target): string | undefined {
  const words = wordsOf(statement);
  const isOnlyNamed = !words || !namesInFull(statement, checked);
  if (isOnlyNamed || /\bcollate\b/i.test(statement) || mayMeanNow(statement)) return undefined;
  return words.join(" ");
}

/** Whether a query names the table, and always with its schema. */
function namesInFull(statement: string, checked: Target): boolean {
  const others = statement.replaceAll(qualifiedName(checked), "");
  return others !== statement && !others.toLowerCase().includes(checked.name.toLowerCase());
}

// What decides what the text of a query means.
const settings = [
  ...["server_version_num", "search_path", "TimeZone", "DateStyle", "IntervalStyle", "array_nulls"],
  ...["standard_conforming_strings", "backslash_quote", "transform_null_equals", "xmloption"],
  ...["lc_monetary", "lc_numeric", "default_text_search_config"],
].map((setting) => `pg_catalog.current_setting('${setting}', true)`);

const equals = "operator(pg_catalog.=)";
const differs = "operator(pg_catalog.<>)";
const isCatalogue = (schema: string) => `${schema} ${equals} 'pg_catalog'::pg_catalog.regnamespace`;
const isWord = (word: string, words: string) =>
  `${word} ${equals} any (pg_catalog.string_to_array(${words}, ' ')::pg_catalog.name[])`;
// 16384 is the first number that PostgreSQL gives to what users make.
const hasOwn = (catalogue: string) =>
  `(select pg_catalog.max(x.oid) operator(pg_catalog.>=) 16384::pg_catalog.oid from pg_catalog.${catalogue} as x)`;

/** The versions of the view's rule and of the columns of view and table, and the settings. */
const markQuery = (view: string, checked: string) => `
  select pg_catalog.concat_ws(' ', w.oid, w.xmin, pg_catalog.md5(pg_catalog.concat_ws(' ', ${settings.join(", ")},
    (select pg_catalog.string_agg(pg_catalog.concat_ws(' ', a.attrelid, a.attnum, a.xmin), ',' order by a.attrelid, a.attnum)
      from pg_catalog.pg_attribute as a
      where a.attrelid ${equals} any (array[v.oid, t.oid]) and a.attnum operator(pg_catalog.>) 0))))
  from pg_catalog.pg_class as v, pg_catalog.pg_rewrite as w, pg_catalog.pg_class as t
  where v.oid ${equals} pg_catalog.to_regclass(${view})::pg_catalog.oid and v.relkind ${equals} 'v'
    and pg_catalog.pg_has_role(v.relowner, 'usage')
    and w.ev_class ${equals} v.oid and w.ev_type ${equals} '1'
    and t.oid ${equals} pg_catalog.to_regclass(${checked})::pg_catalog.oid`;

/**
 * The same. There is no row when the query could mean something else by now although these are the same: when the view
 * reads or calls more than the table and what is PostgreSQL's own, or when there are functions or types of others by
 * names that are in the query, or operators or casts of others.
 */
const provedQuery = (view: string, checked: string, words: string) => `${markQuery(view, checked)}
    and not exists (select from pg_catalog.pg_depend as d
      where d.classid ${equals} 'pg_catalog.pg_rewrite'::pg_catalog.regclass and d.objid ${equals} w.oid
        and not (d.refclassid ${equals} 'pg_catalog.pg_class'::pg_catalog.regclass
          and d.refobjid ${equals} any (array[v.oid, t.oid])))
    and not exists (select from pg_catalog.pg_proc as p
      where ${isWord("p.proname", words)} and (p.provolatile ${equals} 'v' or not ${isCatalogue("p.pronamespace")}))
    and not exists (select from pg_catalog.pg_type as y
      where ${isWord("y.typname", words)} and y.typrelid ${differs} t.oid and not ${isCatalogue("y.typnamespace")})
    and not ${hasOwn("pg_operator")} and not ${hasOwn("pg_cast")}`;

const newMarkQuery = markQuery("$1", "$2");
const provedOneQuery = provedQuery("$1", "$2", "$3");

const given = (name: string) => `(given.names operator(pg_catalog.->>) '${name}'::pg_catalog.text)`;

/** The same of many at once, each with its place in the list. */
const provedAllQuery = `
  select given.place operator(pg_catalog.-) 1, proved.mark
  from pg_catalog.json_array_elements($1::pg_catalog.json) with ordinality as given (names, place)
  cross join lateral (${provedQuery(given("view"), given("checked"), given("words"))}
    offset 0
  ) as proved (mark)`;
