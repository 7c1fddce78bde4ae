import type { Warehouse } from "./warehouse.ts";

const ownNumbers = {
  stg_test_results: ["decided_no"],
  stg_resiliency_tests: ["test_id", "staged_at", "decided_no"],
  stg_arrivals: ["decided_no"],
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

/** The content of each pair of application and day, and the run that touched it last. */
export async function stagedDays(
  warehouse: Warehouse,
): Promise<Map<string, { content: string; decidedNo: number }>> {
  const rows = await warehouse.rows(`
    select
      touched.app_id || ' ' || touched.test_date,
      coalesce(string_agg(
        (to_jsonb(tests) - 'test_id' - 'staged_at' - 'decided_no')::text, ',' order by raw_test_id
      ), ''),
      touched.decided_no
    from resiliency.stg_touched_days as touched
    left join resiliency.stg_resiliency_tests as tests
      on touched.app_id = tests.app_id and touched.test_date = tests.test_date
    group by touched.app_id, touched.test_date, touched.decided_no`);
  return new Map(
    rows.map(([day, content, decidedNo]) => [
      day ?? "",
      { content: content ?? "", decidedNo: Number(decidedNo) },
    ]),
  );
}
