import type { Session } from "../../database/database.ts";
import { afterSavepoint } from "../../database/savepoint.ts";
import { ActionFailure, SqlFailure } from "../../errors.ts";
import { qualifiedName, quoteIdentifier } from "../../names/identifiers.ts";
import { temporaryName } from "../../names/temporary-name.ts";
import { chooseReplacement, type Replacement } from "../../plan/publish/replacement-rule.ts";
import { refuseRewrite, type TableFacts } from "../../relation/replacement-facts.ts";
import { doubledKeys } from "../../relation/row-identity.ts";
import { type Target, targetName } from "../../target.ts";
import type { Stage } from "../stage/stage.ts";
import { type DifferenceStatements, writeDifference } from "./write-difference.ts";

// unique_violation, exclusion_violation
const conflicts = ["23505", "23P01"];

/**
 * Replaces the rows of a table by those of a stage and keeps the table itself; returns how. The table
 * must be locked against other writers and have the same columns as the stage.
 */
export async function replaceInPlace(
  session: Session,
  target: Target,
  stage: Stage,
  facts: TableFacts,
): Promise<Replacement & { isUnchanged?: boolean }> {
  const first = chooseReplacement({ ...facts, setting: "inPlace" });
  const difference = temporaryName("difference");
  const place = { target, table: nameOf(target, facts), names: namesOf(stage), stage, difference };
  if (!first.key || !(await canCompare(session, target, place, facts, first.key))) {
    refuseRewrite(target, facts);
    await rewrite(session, place);
    return first.key ? { how: "rewrite", why: "its key does not tell the new rows apart" } : first;
  }
  const { differing, changed, changedShare } = await findDifference(session, place, first.key);
  const choice = chooseReplacement({ ...facts, setting: "inPlace", changedShare });
  if (differing === 0) return { ...choice, isUnchanged: true };
  const applied = choice.how === "diff" && (await applyDifference(session, place, facts, changed));
  if (!applied) await rewrite(session, place);
  if (applied || choice.how === "rewrite") return choice;
  return { how: "rewrite", why: "values of a unique column change places" };
}

/**
 * A table as SQL, without inherited children that others may have created, and the columns to write.
 */
interface Place {
  target: Target;
  table: string;
  names: string[];
  stage: Stage;
  /** The temporary table with the positions of rows that differ. */
  difference: string;
}

function nameOf(target: Target, { isPartitioned }: TableFacts): string {
  return `${isPartitioned ? "" : "only "}${qualifiedName(target)}`;
}

function namesOf({ columns }: Stage): string[] {
  return columns.map(({ name }) => quoteIdentifier(name));
}

/** Writes all rows of a table again. */
export async function rewrite(
  session: Session,
  { table, names, stage }: Pick<Place, "table" | "names" | "stage">,
): Promise<void> {
  await session.authored(`delete from ${table}`);
  const all = `select ${names.join(", ")} from ${stage.name}`;
  await session.authored(insertion(table, names, all));
}

function insertion(table: string, names: readonly string[], query: string): string {
  const into = table.replace(/^only /, "");
  return `insert into ${into} (${names.join(", ")}) overriding system value ${query}`;
}

// Two new rows with the same key would overwrite each other. Where the key is unique in PostgreSQL this
// is an error anyway, and this one names the keys. A unique index has compared the values of its columns.
export async function canCompare(
  session: Session,
  target: Target,
  { stage, table }: Pick<Place, "stage" | "table">,
  { isKeyUnique, isReferenced, isReferencedElsewhere, alwaysIdentity }: TableFacts,
  key: readonly string[],
): Promise<boolean> {
  const cannotChange = (name: string) => alwaysIdentity.includes(name) && !key.includes(name);
  if (stage.columns.some(({ name }) => cannotChange(name))) return false;
  const columns = key.map((name) => stage.columns.find((column) => column.name === name));
  if (columns.some((column) => !column || !(column.isComparable || isKeyUnique))) return false;
  const known = key.map((name) => `${quoteIdentifier(name)} is not null`).join(" and ");
  const doubled = await doubledKeys(session, stage.name, key, known);
  if (doubled.length > 0 && (isKeyUnique || isReferenced)) {
    throw new ActionFailure({
      message: `the new rows of ${targetName(target)} are not unique by (${key.join(", ")}): ${doubled.join("; ")}`,
      hint: `make the query give one row for each key, or drop ${isKeyUnique ? "the unique index or constraint" : "the foreign keys of other tables"}`,
    });
  }
  if (doubled.length > 0) return false;
  // A row with NULL in the key is deleted and inserted, and rows of others may refer to it.
  if (isReferencedElsewhere && (await isSomewhereNull(session, table, key))) return false;
  return isKeyUnique || (await doubledKeys(session, table, key, known)).length === 0;
}

async function isSomewhereNull(
  session: Session,
  table: string,
  key: readonly string[],
): Promise<boolean> {
  const isNull = key.map((name) => `${quoteIdentifier(name)} is null`).join(" or ");
  // Citus refuses a query without columns.
  const { rows } = await session.query(`select exists (select 1 from ${table} where ${isNull})`);
  return rows[0]?.[0] === "t";
}

/**
 * Stores, in a temporary table, the positions of the rows that differ bit by bit, and not by `=`, which
 * takes 1.0 for 1.00. A NULL in the key matches nothing, so such a row is deleted and inserted. Returns
 * the number of rows that differ, how many of them are stored and new, and their share.
 */
async function findDifference(
  session: Session,
  { table, names, stage, difference }: Place,
  key: readonly string[],
): Promise<{ differing: number; changed: number; changedShare: number }> {
  const on = stage.columns
    .filter(({ name }) => key.includes(name))
    .map(({ name, equals }) => `t.${quoteIdentifier(name)} ${equals} s.${quoteIdentifier(name)}`);
  const row = (alias: string) =>
    `row(${names.map((name) => `${alias}.${name}`).join(", ")})::record`;
  await session.query(`
    create temp table ${difference} on commit drop as
    select t.tableoid as part, t.ctid as old, s.ctid as new
    from ${table} as t full join ${stage.name} as s on ${on.join(" and ")}
    where t.ctid is null or s.ctid is null or pg_catalog.record_image_ne(${row("t")}, ${row("s")})`);
  const { rows } = await session.query(`
    analyze ${difference};
    select count(*), count(*) filter (where old is null), count(*) filter (where new is null)
    from ${difference}`);
  const [differing = 0, added = 0, removed = 0] = (rows[0] ?? []).map(Number);
  const all = Math.max(1, stage.rowCount - added + removed, stage.rowCount);
  return { differing, changed: differing - added - removed, changedShare: differing / all };
}

function applyDifference(
  session: Session,
  place: Place,
  facts: TableFacts,
  differing: number,
): Promise<boolean> {
  const fixed = facts.alwaysIdentity.map(quoteIdentifier);
  const { refersToItself = false } = facts;
  return unlessConflict(session, facts, async () => {
    const statements = differenceStatements(place, fixed);
    await writeDifference(session, place.target, statements, { differing, refersToItself });
  });
}

/**
 * Does `change`; returns false, with nothing changed, when a unique constraint forbids to change the rows
 * one after the other.
 */
export async function unlessConflict(
  session: Session,
  { isReferenced }: TableFacts,
  change: () => Promise<void>,
): Promise<boolean> {
  try {
    await afterSavepoint(session, change);
    return true;
  } catch (error) {
    const isConflict =
      error instanceof SqlFailure && conflicts.includes(error.error.sqlstate ?? "");
    if (!isConflict || isReferenced) throw error;
    return false;
  }
}

function differenceStatements(
  { table, names, stage, difference }: Place,
  fixed: readonly string[],
): DifferenceStatements {
  const equals = "operator(pg_catalog.=)";
  const isOld = `t.tableoid ${equals} d.part and t.ctid ${equals} d.old`;
  const changing = names.filter((name) => !fixed.includes(name));
  const values = changing.map((name) => `${name} = s.${name}`);
  const added = names.map((name) => `s.${name}`).join(", ");
  const change = `update ${table} as t set ${values.join(", ")}
    from ${difference} as d join ${stage.name} as s on s.ctid ${equals} d.new where ${isOld}`;
  return {
    remove: `delete from ${table} as t using ${difference} as d where ${isOld} and d.new is null`,
    change: values.length > 0 ? change : undefined,
    add: insertion(
      table,
      names,
      `select ${added} from ${stage.name} as s join ${difference} as d on d.new ${equals} s.ctid where d.old is null`,
    ),
  };
}
