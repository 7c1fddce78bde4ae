import type { Session } from "../../database/database.ts";
import { RunnerError } from "../../errors.ts";
import { qualifiedName, quoteIdentifier } from "../../names/identifiers.ts";
import { shortHash } from "../../names/short-hash.ts";
import { temporaryName } from "../../names/temporary-name.ts";
import { distribute, requireDistributionColumn } from "../../relation/distribution.ts";
import { type Column, readRelationNamed } from "../../relation/relation.ts";
import { type Target, targetKey } from "../../target.ts";
import type { Publication } from "../publication.ts";
import { queryWithin } from "./query-within.ts";

/** The new rows of an action, in a table that only its own session can see. */
export interface Stage {
  /** Its name as SQL. */
  name: string;
  columns: Column[];
  rowCount: number;
}

/**
 * Runs the query into a temporary table, which goes with the end of its transaction; for a table that
 * Citus spreads, into one that is spread in the same way.
 */
export async function withStage<T>(
  publication: Pick<Publication, "session" | "target" | "task" | "distribution">,
  use: (stage: Stage) => Promise<T>,
): Promise<T> {
  if (publication.distribution) return withSpreadStage(publication, use);
  const { session, task } = publication;
  return use(await readStage(session, await makeStage(session, task.statement).made));
}

/** A stage of which no more is known. */
export type MadeStage = Pick<Stage, "name" | "rowCount">;

/** The same in two steps: this one makes the stage, and gives its name before it is there. */
export function makeStage(
  session: Session,
  query: string,
): { name: string; made: Promise<MadeStage> } {
  const name = temporaryName("stage");
  const sent = queryWithin(session, `create temp table ${name} on commit drop as\n`, query);
  return { name, made: sent.then(({ rowCount }) => ({ name, rowCount: rowCount ?? 0 })) };
}

// PostgreSQL reads 300 rows of a sample for each of them, and sorts these by each column.
const statisticsOfStage = 10;

/** Reads the columns of a stage, and tells the planner of it. */
export async function readStage(session: Session, { name, rowCount }: MadeStage): Promise<Stage> {
  const isSmall = rowCount <= statisticsOfStage * 300;
  if (isSmall) session.later(`analyze ${name}`);
  const relation = await readRelationNamed(session, name);
  if (!relation) throw new RunnerError("INTERNAL", "the stage is not in the catalogue");
  const { columns } = relation;
  const names = columns.map((column) => column.name);
  if (!isSmall) analyzeSample(session, name, names);
  return { name, columns, rowCount };
}

/** Tells the planner of a temporary table by a sample of 3,000 rows, with the next statement. */
export function analyzeSample(session: Session, name: string, columns: readonly string[]): void {
  const settings = columns.map(
    (column) => `alter ${quoteIdentifier(column)} set statistics ${statisticsOfStage}`,
  );
  session.later(`alter table ${name} ${settings.join(", ")}`);
  session.later(`analyze ${name}`);
}

// Citus cannot distribute a temporary table. Others see it only when its transaction commits, and by
// then it is dropped.
async function withSpreadStage<T>(
  publication: Pick<Publication, "session" | "target" | "task" | "distribution">,
  use: (stage: Stage) => Promise<T>,
): Promise<T> {
  const { session, target, task } = publication;
  const stage = spreadTarget(target, "stage");
  const name = qualifiedName(stage);
  const statement = await withOneTime(session, task.statement);
  await queryWithin(session, `create unlogged table ${name} as\n`, statement, "with no data");
  const columns = (await readRelationNamed(session, name))?.columns ?? [];
  await spreadBeside(publication, stage, columns);
  const names = columns.map((column) => quoteIdentifier(column.name)).join(", ");
  const made = await queryWithin(session, `insert into ${name} (${names})\n`, statement);
  const result = await use({ name, columns, rowCount: made.rowCount ?? 0 });
  await session.query(`drop table ${name}`);
  return result;
}

/**
 * The query with the time of the transaction in columns that are `now()` by `postgres.stamps`: each node
 * would write a time of its own.
 */
export async function withOneTime(session: Session, statement: string): Promise<string> {
  if (!stampOfNow.test(statement)) return statement;
  const { rows } = await session.query("select now()::text");
  const time = `('${rows[0]?.[0]}'::timestamptz\n) as "`;
  return statement.replaceAll(new RegExp(stampOfNow, "gi"), time);
}

// As plan/increments/increment.ts writes them.
const stampOfNow = /\(\s*now\(\)\s*\n\) as "/i;

/** Spreads a table of the transaction as the target is spread, or will be. */
export async function spreadBeside(
  { session, target, distribution = {} }: Pick<Publication, "session" | "target" | "distribution">,
  made: Target,
  columns: readonly Column[],
): Promise<void> {
  requireDistributionColumn(target, distribution, columns);
  const { column, current } = distribution;
  const beside =
    column !== undefined && current?.isSame ? { column, colocateWith: target } : distribution;
  await distribute(session, made, beside);
}

/** A table of the action's transaction beside its target; one run at a time writes to the schema. */
export function spreadTarget(target: Target, what: string): Target {
  return { schema: target.schema, name: `dataform_${what}_${shortHash(targetKey(target))}` };
}
