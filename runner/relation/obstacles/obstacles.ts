import type { Session } from "../../database/database.ts";
import { isTransient } from "../../database/failures/transient.ts";
import { sentAfterSavepoint } from "../../database/savepoint.ts";
import { ActionFailure, type SqlError, SqlFailure } from "../../errors.ts";
import { qualifiedName, quoteIdentifier, quoteLiteral } from "../../names/identifiers.ts";
import type { ChangeTask, PublishTask, Write } from "../../plan/publish-task.ts";
import { type Target, targetName } from "../../target.ts";
import { actingKeys } from "../inbound-keys.ts";

/** Why rows cannot be written to a table where it is, and what helps. */
export interface Obstacle {
  what: string;
  hint: string;
  /** Whether a new table in its place would not have it. */
  endsWithSwap: boolean;
}

/**
 * What keeps a run from writing to a table that exists, in words; asked by the plan and the run alike.
 * Row level security and rules are known from the catalogue; whether a publication, a missing right
 * or the kind of the table forbids it is PostgreSQL's to say: it is asked to explain the statements,
 * which executes nothing, and the locks are given up at once. `comesBack`: rows are deleted that come back, on which no foreign
 * key may act; it tells what helps against that.
 */
export async function readObstacles(
  session: Session,
  target: Target,
  writes: readonly Write[],
  comesBack?: string,
): Promise<Obstacle[]> {
  const query = knownQuery(writes, comesBack);
  const { rows } = await session.catalogue(query, [qualifiedName(target)]);
  const found = rows.filter(([what]) => what !== null);
  if (found.length > 0) {
    return found.map(([what, hint]) => ({
      what: what ?? "",
      hint: hint ?? "",
      endsWithSwap: false,
    }));
  }
  const [, , column, kind] = rows[0] ?? [];
  if (!column) return [];
  const only = kind === "p" ? "" : "only ";
  return probe(session, probes(writes, only, qualifiedName(target), quoteIdentifier(column)));
}

/**
 * Throws an ActionFailure for what keeps an incremental table from taking its new rows; of one that Citus spreads only for
 * what Citus does not say itself, whose plans know no default in the column of distribution.
 */
export async function refuseObstacles(
  session: Session,
  target: Target,
  task: Pick<ChangeTask, "strategy" | "partitioning" | "uniqueKey">,
  isSpread: boolean,
): Promise<void> {
  const instead = insteadOfReturn(task);
  const writes = writesOf(task.strategy, task.partitioning);
  const obstacles = isSpread
    ? await readActing(session, target, instead)
    : await readObstacles(session, target, writes, instead);
  if (obstacles.length > 0) throw refusal(target, "changed", obstacles);
}

/** The foreign keys that would act on rows that come back; `instead` tells what helps, and is undefined when none do. */
async function readActing(
  session: Session,
  target: Target,
  instead: string | undefined,
): Promise<Obstacle[]> {
  if (instead === undefined) return [];
  const query = `select ${acting} from (${actingKeys("to_regclass($1)::oid")}) as k`;
  const { rows } = await session.catalogue(query, [qualifiedName(target)]);
  return rows.map(([what]) => ({ what: what ?? "", hint: instead, endsWithSwap: false }));
}

const acting = "format('the %s would act on rows that come back', what)";

/** The failure that names obstacles and what helps against them. */
export function refusal(
  target: Target,
  verb: "changed" | "replaced in place",
  obstacles: readonly Obstacle[],
  alternative = "",
): ActionFailure {
  const hints = [...new Set(obstacles.map(({ hint }) => hint))].join("; ");
  return new ActionFailure({
    message: `the rows of ${targetName(target)} cannot be ${verb}: ${obstacles.map(({ what }) => what).join(", ")}`,
    hint: `${hints}${alternative}`,
  });
}

/** What helps where rows are deleted and inserted again; undefined where they are updated. */
function insteadOfReturn({
  strategy,
  uniqueKey,
}: Pick<ChangeTask, "strategy" | "uniqueKey">): string | undefined {
  if (strategy === "overwrite") {
    return 'use incrementalStrategy: "MERGE" with a uniqueKey, which updates rows, or drop the foreign key';
  }
  if (strategy !== "keyed" || uniqueKey.length > 0) return undefined;
  return "give the table a uniqueKey, by which rows are updated, or drop the foreign key";
}

function writesOf(
  strategy: ChangeTask["strategy"],
  partitioning: ChangeTask["partitioning"],
): Write[] {
  if (strategy === "append") return ["insert"];
  if (strategy === "merge") return ["insert", "update", "merge"];
  // Partitions are swapped for new ones.
  if (strategy === "overwrite") return partitioning ? ["insert"] : ["insert", "delete"];
  return ["insert", "update", "delete"];
}

/**
 * SQL for obstacles and their hints. A row without a hint gives a column and the kind of the table
 * instead.
 */
function knownQuery(writes: readonly Write[], comesBack: string | undefined): string {
  const events = { update: "2", insert: "3", delete: "4", merge: "" };
  const rules = writes.includes("merge")
    ? "true"
    : `r.is_instead and r.ev_enabled in ('O', 'A') and r.ev_type in (${writes.map((write) => `'${events[write]}'`).join(", ")})`;
  const hidesRows = writes.some((write) => write !== "insert");
  const oid = "to_regclass($1)";
  return `
    select 'its row level security applies to this role', 'give the role bypassrls', null, null
    from pg_class as c where c.oid = ${oid} and ${hidesRows} and row_security_active(c.oid)
    union all
    select format(case when r.is_instead then 'the rule %I acts instead of each write'
        else 'a merge takes no rules, such as %I' end, r.rulename), 'drop the rule', null, null
    from pg_rewrite as r where r.ev_class = ${oid} and r.ev_type <> '1' and ${rules}
    union all
    select ${acting}, ${quoteLiteral(comesBack ?? "")}, null, null
    from (${actingKeys(`${oid}::oid`)}) as k where ${comesBack !== undefined}
    union all
    select 'it is a foreign table', 'give the action another name, or read the foreign table in its query', null, null
    from pg_class as c where c.oid = ${oid} and c.relkind = 'f'
    union all
    select null, null, a.attname, c.relkind::text
    from pg_class as c join pg_attribute as a on a.attrelid = c.oid and a.attnum = (
      select min(attnum) from pg_attribute
      where attrelid = c.oid and attnum > 0 and not attisdropped)
    where c.oid = ${oid}`;
}

const noIdentity =
  "give the table a key (postgres.primaryKey), or send: alter table … replica identity full";

async function probe(session: Session, statements: readonly string[]): Promise<Obstacle[]> {
  try {
    await sentAfterSavepoint(session, statements, { keeps: false });
    return [];
  } catch (error) {
    if (!(error instanceof SqlFailure) || isOfTheMoment(error.error)) throw error;
    return [obstacleOf(error)];
  }
}

function probes(writes: readonly Write[], only: string, table: string, column: string): string[] {
  const statements = {
    insert: `explain insert into ${table} (${column}) values (default)`,
    update: `explain update ${only}${table} set ${column} = default`,
    delete: `explain delete from ${only}${table}`,
  };
  return writes.flatMap((write) => (write === "merge" ? [] : statements[write]));
}

// query_canceled
function isOfTheMoment(error: SqlError): boolean {
  return isTransient(error) || error.connectionLost === true || error.sqlstate === "57014";
}

// object_not_in_prerequisite_state and invalid_column_reference are said of publications.
function obstacleOf({ error: { message, detail, hint, sqlstate = "" } }: SqlFailure): Obstacle {
  const isPublished = ["55000", "42P10"].includes(sqlstate);
  const what = detail ? `${message} (${detail})` : message;
  return { what, hint: isPublished ? noIdentity : (hint ?? ""), endsWithSwap: isPublished };
}

/**
 * Throws when a table that was just built could take no changes by its next run, because a publication
 * wants to tell its old rows apart. `place` is where a plan has built it.
 */
export async function refuseLaterObstacle(
  session: Session,
  target: Target,
  task: PublishTask,
  place: Target = target,
): Promise<void> {
  const later = "laterStrategy" in task ? task.laterStrategy : undefined;
  if (!later || later === "append") return;
  const { rows } = await session.query(`
    select format('the publication %I has to tell its old rows apart', p.pubname)
    from pg_class as c, pg_publication as p
    where c.oid = to_regclass(${quoteLiteral(qualifiedName(place))})
      and c.relkind = 'r' and c.relpersistence = 'p' and (p.pubupdate or p.pubdelete)
      and (p.puballtables or exists (select from pg_publication_namespace as s
        where s.pnpubid = p.oid and s.pnnspid = to_regnamespace(${quoteLiteral(quoteIdentifier(target.schema))})))
      and c.relreplident in ('n', 'd')
      and (c.relreplident = 'n' or not exists (
        select from pg_index as i where i.indrelid = c.oid and i.indisprimary and i.indisvalid))
    order by 1 limit 1`);
  const what = rows[0]?.[0];
  if (!what) return;
  throw refusal(target, "changed", [{ what, hint: noIdentity, endsWithSwap: false }]);
}
