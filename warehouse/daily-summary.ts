import type { Database, QueryResult } from "../runner/database/database.ts";
import { formatTable } from "../runner/report/rows/table.ts";
import type { UtcDay } from "./utc-day.ts";

const layers = [
  ["bronze", "resiliency.raw_resiliency_tests"],
  ["silver", "resiliency.stg_resiliency_tests"],
  ["silver", "resiliency.stg_duplicate_tests"],
  ["silver", "resiliency.stg_quarantined_tests"],
  ["silver", "resiliency.stg_not_conclusive_tests"],
  ["gold", "resiliency.fact_resiliency_metrics"],
] as const;

/** Lines that say what the warehouse holds after a run: rows per layer, the day's metrics, where it is. */
export async function dailySummary(database: Database, day: UtcDay): Promise<string[]> {
  return [
    "",
    ...(await rowsPerLayer(database)),
    "",
    ...(await metricsOfDay(database, day)),
    "",
    `database: ${database.description}`,
    "audits:   npx dataform run --tags audit --vars=audit=true  (disabled otherwise)",
    'ask it:   npx dataform query "select * from resiliency.daily_uptime limit 10"',
  ];
}

async function rowsPerLayer(database: Database): Promise<string[]> {
  const counts: string[] = [];
  for (const [layer, relation] of layers) {
    if (!(await exists(database, relation))) continue;
    counts.push(
      `select '${layer}' as layer, '${relation}' as relation, count(*) as rows from ${relation}`,
    );
  }
  return table(await database.query(counts.join(" union all ")));
}

async function metricsOfDay(database: Database, day: UtcDay): Promise<string[]> {
  if (!(await exists(database, "resiliency.daily_uptime"))) return ["no metrics yet"];
  const metrics = await database.query(
    `select
      app_name as application,
      total_tests as tests,
      failed_tests as failed,
      uptime_percentage as "uptime %",
      mttr_minutes as "MTTR min",
      rto_requirement_minutes as "RTO min",
      rto_compliant as "met"
    from resiliency.daily_uptime
    where metric_date = $1::date
    order by app_id`,
    [day],
  );
  return [`metrics of ${day}`, ...table(metrics)];
}

async function exists(database: Database, relation: string): Promise<boolean> {
  const result = await database.query("select to_regclass($1) is not null", [relation]);
  return result.rows[0]?.[0] === "t";
}

function table({ columns, rows }: QueryResult): string[] {
  return formatTable(columns, rows);
}
