import type { Session } from "../../database/database.ts";
import { ActionFailure } from "../../errors.ts";
import { qualifiedName, quoteIdentifier, quoteLiteral } from "../../names/identifiers.ts";
import { ownSchema } from "../../names/our-marks.ts";
import { type ParsedStatement, parseSql, type SyntaxNode } from "../../sql/parse-sql.ts";
import type { Target } from "../../target.ts";

// These statements leave the rows and columns of a relation as they are.
const harmless = new Set([
  ...["AlterOwnerStmt", "CommentStmt", "CreatePolicyStmt", "CreateStatsStmt", "GrantStmt"],
  ...["LockStmt", "VacuumStmt", "VariableSetStmt", "VariableShowStmt"],
]);

// The effects of these statements are known when all relations and functions that they name are known.
const readable = new Set(["IndexStmt", "SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt"]);

/**
 * Whether SQL may change the rows or columns of a table. Returns false only for statements that are
 * known to change none: comments, grants, indexes and triggers of the table; queries that name nothing
 * but tables, with their schemas, and built-in functions without effects; and writes to another table that
 * has no trigger, rule, foreign key or function of others. Code may change rows, and so may SQL that
 * cannot be parsed.
 */
export async function mayChangeRows(
  session: Session,
  sql: string,
  target: Target,
): Promise<boolean> {
  try {
    for (const statement of await parseSql(sql)) {
      if (harmless.has(statement.kind) || isTriggerOf(target, statement)) continue;
      if (!readable.has(statement.kind)) return true;
      if (!(await isKnown(session, statement, target))) return true;
    }
    return false;
  } catch (error) {
    if (error instanceof ActionFailure) return true;
    throw error;
  }
}

// A trigger of another table may change this one when a later statement writes to that table.
function isTriggerOf(target: Target, { kind, node }: ParsedStatement): boolean {
  if (kind !== "CreateTrigStmt") return false;
  return relationOf((node.relation ?? {}) as SyntaxNode) === qualifiedName(target);
}

async function isKnown(
  session: Session,
  { kind, node }: ParsedStatement,
  target: Target,
): Promise<boolean> {
  const { functions, relations, queries, writes } = namesIn({ [kind]: node });
  const read = relations.filter((name) => !queries.has(name));
  if (writes.some((name) => queries.has(name)) || functions.includes("")) return false;
  // What a name without its schema means is not known here: the search_path is not the author's, who may also set
  // another one first. It is found among the temporary tables alone, or not at all.
  const { rows } = await session.query(`
    select
      (select coalesce(bool_and(p.oid is not null
          and p.pronamespace = 'pg_catalog'::regnamespace and p.provolatile <> 'v'), true)
        from unnest(array[${functions.map(quoteLiteral).join(", ")}]::text[]) as f (name)
        left join pg_proc as p on p.proname = f.name)
      and (select coalesce(bool_and(coalesce(c.relkind in ('r', 'p', 'm') and c.relpersistence <> 't', false)), true)
        from unnest(array[${read.map(quoteLiteral).join(", ")}]::text[]) as r (name)
        left join pg_class as c on c.oid = to_regclass(r.name))
      and not exists (
        select from unnest(array[${kind === "IndexStmt" ? "" : writes.map(quoteLiteral).join(", ")}]::text[]) as w (name)
        join pg_class as c on c.oid = to_regclass(w.name)
        where ${passesOn("c.oid", qualifiedName(target))})`);
  return rows[0]?.[0] === "t";
}

/** SQL: whether writing to the table with the oid may change another one, or is the other one itself. */
function passesOn(oid: string, target: string): string {
  return `(
    ${oid} in (${sharingRows(target)})
    or ${changesWhatIsWritten(oid)}
    or exists (select from pg_constraint where contype = 'f' and confrelid = ${oid}
      and (confupdtype in ('c', 'n', 'd') or confdeltype in ('c', 'n', 'd')))
    or exists (select from pg_attrdef as e
      join pg_depend as d on d.classid = 'pg_attrdef'::regclass and d.objid = e.oid
      where e.adrelid = ${oid} and d.refclassid = 'pg_proc'::regclass)
    or exists (select from pg_constraint as k
      join pg_depend as d on d.classid = 'pg_constraint'::regclass and d.objid = k.oid
      where k.conrelid = ${oid} and d.refclassid = 'pg_proc'::regclass))`;
}

/** SQL: the table, the partitions and children whose rows are its rows too, and the tables whose rows may be its rows. */
function sharingRows(target: string): string {
  const table = `to_regclass(${quoteLiteral(target)})::oid`;
  return `
    with recursive below (relid) as (
      select ${table} union select i.inhrelid from below as b join pg_inherits as i on i.inhparent = b.relid
    ),
    above (relid) as (
      select ${table} union select i.inhparent from above as a join pg_inherits as i on i.inhrelid = a.relid
    )
    select relid from below union all select relid from above`;
}

/**
 * SQL: whether triggers or rules of others react to writes to the table with the oid. The triggers that
 * log changes for tables that follow it are the runner's own and change nothing.
 */
export function changesWhatIsWritten(oid: string): string {
  return `(
    exists (select from pg_trigger join pg_proc on pg_proc.oid = tgfoid
      where tgrelid in (select ${oid} union all select relid from pg_partition_tree(${oid}))
        and not tgisinternal and tgenabled <> 'D'
        and pronamespace is distinct from to_regnamespace('${ownSchema}'))
    or exists (select from pg_rewrite
      where ev_class = ${oid} and ev_type <> '1' and ev_enabled <> 'D'))`;
}

interface Names {
  /** Called functions; an empty text for one that is not built in. */
  functions: string[];
  /** Relations as SQL. */
  relations: string[];
  writes: string[];
  /** Names of `with` queries as SQL. */
  queries: Set<string>;
}

const writing = new Set(["InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt", "IndexStmt"]);

/**
 * The names in a syntax tree. Works without recursion, because a tree may be deeper than the call
 * stack.
 */
function namesIn(tree: SyntaxNode): Names {
  const found: Names = { functions: [], relations: [], writes: [], queries: new Set() };
  const left: unknown[] = [tree];
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value !== "object" || value === null) continue;
    const node = value as SyntaxNode;
    if (typeof node.relname === "string") found.relations.push(relationOf(node));
    if (typeof node.ctename === "string") found.queries.add(quoteIdentifier(node.ctename));
    for (const [key, each] of Object.entries(node)) {
      addNames(found, key, each);
      left.push(each);
    }
  }
  return found;
}

function addNames({ functions, writes }: Names, key: string, value: unknown): void {
  const { relation } = (value ?? {}) as SyntaxNode;
  if (writing.has(key) && relation) writes.push(relationOf(relation as SyntaxNode));
  if (key === "FuncCall") functions.push(functionOf(value as SyntaxNode));
  // `select … into` makes a table.
  if (key === "intoClause") functions.push("");
}

function relationOf({ schemaname, relname }: SyntaxNode): string {
  const name = quoteIdentifier(String(relname));
  return typeof schemaname === "string" ? `${quoteIdentifier(schemaname)}.${name}` : name;
}

function functionOf({ funcname }: SyntaxNode): string {
  const words = ((funcname ?? []) as { String?: { sval?: string } }[]).map(
    (word) => word.String?.sval ?? "",
  );
  const isBuiltIn = words.length === 1 || words[0] === "pg_catalog";
  return isBuiltIn ? (words.at(-1) ?? "") : "";
}
