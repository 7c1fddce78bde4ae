import { dirname } from "node:path";
import type { CompiledGraph } from "../compile/compiled-graph.ts";
import type { Session } from "../database/database.ts";
import { inUtc } from "../database/locks/lock-holders.ts";
import { mayRead } from "../database/warehouse/may-read.ts";
import { readSpreadTables } from "../database/warehouse/spread-tables.ts";
import { type HistoryRun, hasHistory, readRuns } from "../history/read-history.ts";
import { qualifiedName } from "../names/identifiers.ts";
import { type Target, targetKey } from "../target.ts";
import { type KeptChanges, readKeptChanges } from "./kept-changes.ts";

/** A table or view of the project in the database. */
export interface RelationStatus {
  schema: string;
  name: string;
  /** Folder of its file below definitions/; `.` for a file that lies there directly. */
  layer: string;
  /** `missing` when no relation has that name. */
  kind: "table" | "view" | "materialized view" | "missing";
  /** Rows of a table or materialized view; null when this role may not count them. */
  rows: number | null;
  /** Whether `rows` is PostgreSQL's estimate, of the rows at the last analyze and the size now. */
  isEstimate: boolean;
  /** With indexes and partitions. */
  bytes: number | null;
}

/** A session of a run that is at work, or all sessions of a run of another role that this one may not look into. */
export interface RunningSession {
  application: string;
  user: string;
  /** In UTC; `unknown` when this role may not look into it. */
  since: string;
  /** Process ids of those whose locks it waits for. */
  blockedBy: string[];
  statement: string;
}

/** The relations of a project in the database, and the active runs. */
export interface ProjectStatus {
  database: string;
  databaseBytes: number;
  relations: RelationStatus[];
  running: RunningSession[];
  /** Whether the server is a standby: it knows nothing of the sessions of its primary, where runs are at work. */
  isStandby: boolean;
  /** Logs of changes that grow for tables which the project does not publish. */
  keptChanges: KeptChanges[];
  /** Null when there is none, or when this role may not read the history. */
  lastRun: HistoryRun | null;
  /** Whether this role may not read the history. */
  isHistoryHidden: boolean;
}

// Larger tables are not counted unless asked: reading them takes seconds.
const countedBytes = 100 * 1024 ** 2;

/**
 * Reads the status of a compiled project. Tables of up to 100 MB are counted, larger ones when `exact` is
 * set. Nothing is written, and no view is read.
 */
export async function readStatus(
  session: Session,
  compiled: CompiledGraph,
  { database, exact = false }: { database: string; exact?: boolean | undefined },
): Promise<ProjectStatus> {
  const { rows } = await session.query(
    "select pg_database_size(current_database()), pg_is_in_recovery()",
  );
  const relations: RelationStatus[] = [];
  for (const relation of await readRelations(session, compiled)) {
    relations.push(await withRows(session, relation, exact));
  }
  const running = await readRunning(session);
  const keptChanges = await readKeptChanges(session, compiled);
  const history = await readLastRun(session);
  const [bytes, inRecovery] = rows[0] ?? [];
  const server = { database, databaseBytes: Number(bytes), isStandby: inRecovery === "t" };
  return { ...server, relations, running, keptChanges, ...history };
}

async function readLastRun(
  session: Session,
): Promise<Pick<ProjectStatus, "lastRun" | "isHistoryHidden">> {
  if (!(await hasHistory(session))) return { lastRun: null, isHistoryHidden: false };
  for (const name of ["runs", "actions", "assertions"]) {
    if (await mayRead(session, { schema: "run_history", name })) continue;
    return { lastRun: null, isHistoryHidden: true };
  }
  const [lastRun = null] = await readRuns(session, { limit: 1 });
  return { lastRun, isHistoryHidden: false };
}

/** A relation whose rows are not counted yet; `isSpread`: Citus spreads it, and `rows` is what its nodes know. */
interface FoundRelation extends RelationStatus {
  isSpread: boolean;
}

async function readRelations(session: Session, compiled: CompiledGraph): Promise<FoundRelation[]> {
  const made = [
    ...(compiled.tables ?? []),
    ...(compiled.operations ?? []).filter(({ hasOutput }) => hasOutput),
  ].filter(({ disabled }) => !disabled);
  const targets = made.map(({ target, fileName = "" }) => ({
    ...target,
    layer: layerOf(fileName),
  }));
  const { rows } = await session.query(relationsQuery, [JSON.stringify(targets)]);
  const spread = await readSpreadTables(session, targets);
  return rows.map(([schema, name, layer, kind, bytes]) => {
    const target = { schema: schema ?? "", name: name ?? "" };
    const ofNodes = spread.get(targetKey(target));
    return {
      ...{ ...target, layer: layer ?? "." },
      kind: kind as RelationStatus["kind"],
      rows: null,
      isEstimate: true,
      bytes: bytes === null || bytes === undefined ? null : Number(bytes),
      ...ofNodes,
      isSpread: ofNodes !== undefined,
    };
  });
}

/** `definitions/silver/a.sqlx` is in `silver`. */
function layerOf(fileName: string): string {
  return dirname(fileName).replace(/^definitions(\/|$)/, "") || ".";
}

// The rows and the size of a partitioned table are those of its partitions.
const relationsQuery = `
  select
    w.schema,
    w.name,
    w.layer,
    case c.relkind
      when 'v' then 'view' when 'm' then 'materialized view' else
        case when c.oid is null then 'missing' else 'table' end
    end,
    (select sum(pg_total_relation_size(id)) from unnest(parts.ids) as id)::bigint
  from jsonb_to_recordset($1::jsonb) as w (schema text, name text, layer text)
  left join pg_namespace as n on n.nspname = w.schema
  left join pg_class as c
    on c.relnamespace = n.oid and c.relname = w.name and c.relkind in ('r', 'p', 'v', 'm', 'f')
  cross join lateral (
    select case
      when c.relkind = 'p' then array(select relid::oid from pg_partition_tree(c.oid) where isleaf)
      when c.relkind in ('r', 'm') then array[c.oid]
    end as ids
  ) as parts
  order by w.layer, w.schema, w.name`;

async function withRows(
  session: Session,
  { isSpread, ...relation }: FoundRelation,
  exact: boolean,
): Promise<RelationStatus> {
  const { kind, bytes } = relation;
  const hasRows = (kind === "table" || kind === "materialized view") && bytes !== null;
  if (!hasRows) return relation;
  const isLarge = bytes > countedBytes && !exact;
  // Of a table on other nodes the planner knows nothing.
  if (isLarge && isSpread) return relation;
  if (!(await mayRead(session, relation))) return { ...relation, isEstimate: isLarge };
  const rows = await (isLarge ? estimateOf : countOf)(session, relation);
  return { ...relation, rows, isEstimate: isLarge };
}

async function countOf(session: Session, target: Target): Promise<number> {
  const { rows } = await session.query(`select count(*) from ${qualifiedName(target)}`);
  return Number(rows[0]?.[0]);
}

/** The planner's estimate goes by the size of the table, too, and so knows of rows that came after the last analyze. */
async function estimateOf(session: Session, target: Target): Promise<number> {
  const { rows } = await session.query(
    `explain (format json) select from ${qualifiedName(target)}`,
  );
  const [explained] = JSON.parse(rows[0]?.[0] ?? "[]");
  return explained.Plan["Plan Rows"];
}

// Of the sessions of another role, PostgreSQL shows the name alone: all that a run has are one line then, be they idle.
async function readRunning(session: Session): Promise<RunningSession[]> {
  const { rows } = await session.query(`
    select application_name, coalesce(usename, ''),
      coalesce(${inUtc("min(backend_start)")}, 'unknown'),
      string_agg(array_to_string(pg_blocking_pids(pid), ' '), ' '),
      coalesce(left(min(query), 200), '')
    from pg_stat_activity
    where datname = current_database() and application_name like 'dataform %'
      and pid <> pg_backend_pid() and (state <> 'idle' or backend_start is null)
    group by application_name, usename, case when backend_start is not null then pid end
    order by min(backend_start)`);
  return rows.map(([application, user, since, blockers, statement]) => ({
    ...{ application: application ?? "", user: user ?? "", since: since ?? "" },
    blockedBy: (blockers ?? "").split(" ").filter((pid) => pid !== ""),
    statement: statement ?? "",
  }));
}
