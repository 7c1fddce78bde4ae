import pc from "picocolors";
import { expect, it } from "vitest";
import type { AuditStatus } from "../../../runner/audit/audit-result.ts";
import { auditSummary } from "../../../runner/report/console/audit-lines.ts";

const timing = { startTimeMillis: 0, endTimeMillis: 70 };

function summary(...statuses: AuditStatus[]): string[] {
  const tables = statuses.map((status, index) => ({
    ...{ target: { schema: "shop", name: `t${index}` }, fileName: "definitions/t.sqlx" },
    ...{ status, timing },
  }));
  return auditSummary({ status: "failed", timing, tables }, pc.createColors(false));
}

it("an audit ends with what corrects the tables that have drifted by name", () => {
  expect(summary("exact", "exact")).toEqual(["2 exact  0.07 s"]);
  expect(summary("exact", "drifted", "drifted")).toEqual([
    "1 exact, 2 drifted  0.07 s",
    'to compute them anew: npx dataform run --full-refresh --actions "shop.t1,shop.t2"',
  ]);
  const [, line = ""] = summary(...Array<AuditStatus>(6).fill("drifted"));
  expect(line).toMatch(/"shop\.t0,shop\.t1,shop\.t2,shop\.t3,shop\.t4,shop\.t5"$/);
});
