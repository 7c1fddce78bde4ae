import { changeLogOf } from "../../runner/execute/increments/change-log.ts";
import { prepareIncrement } from "../../runner/execute/increments/prepare-increment.ts";
import type { ExecutionAction } from "../../runner/plan/execution-graph.ts";
import type { Follow } from "../../runner/plan/publish-task.ts";
import type { Warehouse } from "./warehouse.ts";

const ownNumbers = {
  stg_test_results: ["decided_at"],
  stg_resiliency_tests: ["test_id", "staged_at"],
  stg_arrivals: [],
};

/**
 * Every row of silver without what differs from run to run by design: numbers from sequences and the
 * time of staging.
 */
export async function silverState(warehouse: Warehouse): Promise<Record<string, unknown>> {
  const state: Record<string, unknown> = {};
  for (const [table, columns] of Object.entries(ownNumbers)) {
    const without = columns.map((column) => ` - '${column}'`).join("");
    state[table] = await warehouse.rows(
      `select (to_jsonb(t)${without})::text from resiliency.${table} as t order by 1`,
    );
  }
  return state;
}

const days: Follow = {
  target: { schema: "resiliency", name: "stg_resiliency_tests" },
  columns: ["app_id", "test_date"].map((name) => ({ source: name, own: name })),
  changedName: "days",
};
const log = changeLogOf(days);

/** Starts logging the changed days of silver, as for gold, and keeps the log. */
export async function watchDays({ database, value }: Warehouse): Promise<void> {
  if ((await value(`select to_regclass('${log.table}')`)) !== null) return;
  const target = { schema: "resiliency", name: "watched_days" };
  const increment = {
    follows: [days],
    together: [],
    recomputeWhen: [],
    reads: [],
    sql: "",
    fingerprint: "",
  };
  const watcher: Partial<ExecutionAction> = { target, tasks: [], increment };
  await database.query("create table resiliency.watched_days ()");
  await prepareIncrement(watcher as ExecutionAction, database);
  // As if it had been published: what is only expected is forgotten by the next run.
  await database.query(
    "update dataform_postgres.followers set cluster = '' where follower_name = 'watched_days'",
  );
}

/** The days of the last change of silver: application and day. */
export async function lastChangedDays({ rows }: Warehouse): Promise<(string | null)[][]> {
  return rows(`select app_id, test_date from ${log.table}
    where dataform_xid = (select max(dataform_xid) from ${log.table}) order by 1, 2`);
}

/** The content of each pair of application and day, and the transaction that changed it last. */
export async function stagedDays(
  warehouse: Warehouse,
): Promise<Map<string, { content: string; decidedNo: number }>> {
  await watchDays(warehouse);
  const rows = await warehouse.rows(`
    select
      changed.app_id || ' ' || changed.test_date,
      coalesce((
        select string_agg(
          (to_jsonb(tests) - 'test_id' - 'staged_at')::text, ',' order by raw_test_id
        )
        from resiliency.stg_resiliency_tests as tests
        where changed.app_id = tests.app_id and changed.test_date = tests.test_date
      ), ''),
      max(changed.dataform_xid)
    from ${log.table} as changed
    group by changed.app_id, changed.test_date`);
  return new Map(
    rows.map(([day, content, decidedNo]) => [
      day ?? "",
      { content: content ?? "", decidedNo: Number(decidedNo) },
    ]),
  );
}
