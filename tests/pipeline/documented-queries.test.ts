import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { generateDays } from "../../generator/generate-days.ts";
import { anyServer } from "../support/test-database.ts";
import { openWarehouse, projectDir, type Warehouse } from "./warehouse.ts";

/** The queries of a page: those in blocks of SQL and those between backticks. */
function queriesOf(page: string): string[] {
  const text = readFileSync(join(projectDir, page), "utf8");
  const blocks = [...text.matchAll(/^```sql\n(.*?)^```/gms)]
    .map(([, block = ""]) => block.replace(/^--.*\n/gm, "").trim())
    .flatMap((block) => block.split(/;\n*/));
  const inline = [...text.matchAll(/`(select [^`]+)`/g)].map(([, query = ""]) => query);
  return [...blocks, ...inline].filter((query) => /^(select|with)\b/.test(query));
}

const pages = ["docs/metrics.md", "docs/pipeline.md"];
const queries = pages.flatMap((page) =>
  queriesOf(page).map((query) => ({ page, query, title: query.slice(0, 70) })),
);
const recount = queries.find(({ query }) => query.startsWith("with"))?.query ?? "";

/** Of each report the rows whose number is not that of the tests behind it, by metric_lineage. */
const contradictions = {
  daily_uptime: `
    where report.failed_tests != (
      select count(*) from resiliency.metric_lineage
      where app_id = report.app_id and metric_date = report.metric_date and status = 'failed')`,
  weekly_trend: `
    where report.total_tests != (
      select count(*) from resiliency.metric_lineage
      where app_id = report.app_id and metric_date - report.week_date between 0 and 6)`,
  rto_status_last_7_days: `
    where report.rto_met_tests != (
      select count(*) from resiliency.metric_lineage
      where app_id = report.app_id and rto_result = 'met'
        and metric_date between report.first_date and report.last_date)`,
  window_metrics: `
    where (detected_tests, rpo_met_tests, proxy_tests, longest_recovery_seconds)
      is distinct from (
        select (
          count(detection_seconds), count(*) filter (where rpo_result = 'met'),
          count(*) filter (where recovery_basis = 'duration_proxy'),
          max(nullif(recovery_sample_seconds, 'Infinity')))
        from resiliency.metric_lineage
        where app_id = report.app_id
          and metric_date between report.first_date and report.last_date)`,
  mttr_by_scenario: `
    where report.mttr_minutes != (
      select round(avg(recovery_sample_seconds) / 60, 5) from resiliency.metric_lineage
      where scenario_id = report.scenario_id and recovery_sample_seconds < 'Infinity')`,
  recovery_distribution: `
    where report.unrecovered_tests != (
      select count(*) from resiliency.metric_lineage
      where scenario_id = report.scenario_id and recovery_sample_seconds = 'Infinity'
        and metric_date between report.first_date and report.last_date)`,
  rto_margin_ranking: `
    where not exists (
      select from resiliency.metric_lineage
      where raw_test_id = report.worst_raw_test_id and rto_result in ('met', 'breached')
        and (app_id, scenario_id) = (report.app_id, report.scenario_id))`,
  findings: `
    where not exists (
      select from resiliency.metric_lineage
      where raw_test_id = report.opened_by_raw_test_id
        and (status = 'failed' or rto_result = 'breached'))`,
  rto_evidence_register: `
    where test_id is not null and not exists (
      select from resiliency.metric_lineage
      where raw_test_id = report.raw_test_id and payload_hash = report.payload_hash
        and is_payload_unchanged)`,
};

describe.each(anyServer())("the queries of the documentation on $name", (server) => {
  let warehouse: Warehouse;

  beforeAll(async () => {
    warehouse = await openWarehouse(server);
    const settings = { from: "2026-01-01", days: 10, testsPerDay: 600, seed: 3 } as const;
    await generateDays(warehouse.database, { ...settings, profile: "realistic" });
    await warehouse.run();
    return () => warehouse.drop();
  });

  it("are found", () => {
    expect(queries.length).toBeGreaterThan(8);
    expect(recount).toContain("uptime_percentage");
  });

  it.each(queries)("run as they stand: $title ($page)", async ({ query }) => {
    const { columns, rows } = await warehouse.database.query(query);
    expect(columns.length).toBeGreaterThan(0);
    if (query.includes("resiliency.stg_unmapped_scenarios")) return;
    expect(rows.length).toBeGreaterThan(0);
  });

  it.each(Object.entries(contradictions))(
    "and the tests behind the numbers give those of %s",
    async (report, condition) => {
      const rows = `select count(*) from resiliency.${report} as report`;
      expect(Number(await warehouse.value(rows))).toBeGreaterThan(4);
      expect(await warehouse.value(`${rows} ${condition}`)).toBe("0");
    },
  );

  it("that count a day again give each number of gold", async () => {
    const gold = await warehouse.objects(
      "select * from resiliency.fact_resiliency_metrics order by app_id, metric_date",
    );
    expect(gold.length).toBeGreaterThan(40);
    for (const row of gold) {
      const query = recount
        .replace("app_id = 1", `app_id = ${row.app_id}`)
        .replace("'2026-01-05'", `'${row.metric_date}'`);
      const { metric_id, report_time_zone, includes_synthetic, published_at, ...numbers } = row;
      const [recounted = {}] = await warehouse.objects(query);
      expect(Object.keys(recounted).sort()).toEqual(Object.keys(numbers).sort());
      expect(comparable(recounted)).toEqual(comparable(numbers));
    }
  });
});

/** Numbers without zeros at their end. */
function comparable(row: Record<string, string | null>): Record<string, string | null> {
  return Object.fromEntries(
    Object.entries(row).map(([column, value]) => [
      column,
      /^\d+\.\d+$/.test(value ?? "") ? (value?.replace(/\.?0+$/, "") ?? null) : value,
    ]),
  );
}
