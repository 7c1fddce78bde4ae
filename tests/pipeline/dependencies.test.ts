import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { anyServer } from "../support/test-database.ts";
import { editedProject } from "./edited-project.ts";
import {
  expectedDependencies,
  type Landscape,
  landscapes,
  statementsOf,
} from "./expected-dependencies.ts";
import { actionOf, notSuccessful, openWarehouse, type Warehouse } from "./warehouse.ts";

const needed = { actions: ["tag:dimensions", "dependencies_with_longer_rto"] };
const reportQuery = `
  select app_id, rto_minutes, dependency_app_id, dependency_rto_minutes, problem, excess_minutes,
    distance, path, reason
  from resiliency.dependencies_with_longer_rto
  order by app_id, dependency_app_id`;

describe.each(anyServer())("the report on dependencies on $name", (server) => {
  let warehouse: Warehouse;

  beforeAll(async () => {
    warehouse = await openWarehouse(server);
    return () => warehouse.drop();
  });

  async function reportOf(landscape: Landscape) {
    for (const statement of statementsOf(landscape)) await warehouse.database.query(statement);
    return warehouse.objects(reportQuery);
  }

  it("names the application that is to be back sooner than what it needs", async () => {
    expect(notSuccessful(await warehouse.run(needed))).toEqual([]);
    expect(
      await warehouse.rows(`
        select path, rto_minutes, dependency_rto_minutes, problem, excess_minutes, distance, reason
        from resiliency.dependencies_with_longer_rto`),
    ).toEqual([
      [
        ...["Payment Service > User Authentication", "30", "60", "longer", "30", "1"],
        "Only who is signed in can pay.",
      ],
    ]);
  });

  it("knows the objectives and dependencies of the day that it is made for", async () => {
    const project = editedProject();
    project.edit(
      "dim_application_dependencies",
      "'Only who is signed in can pay.', '2000-01-01', null)",
      "'Only who is signed in can pay.', '2026-02-01', '2026-02-28')",
    );
    const found = async (reportDate: string) => {
      await project.run(warehouse.database, needed, { reportDate });
      return warehouse.value("select count(*) from resiliency.dependencies_with_longer_rto");
    };
    expect(await found("2026-01-31")).toBe("0");
    expect(await found("2026-02-01")).toBe("1");
    expect(await found("2026-02-28")).toBe("1");
    expect(await found("2026-03-01")).toBe("0");
  });

  it.each([
    [
      "an overlap",
      "application_dependencies_overlap",
      "(1, 2, 'Only who is signed in can pay.', '2000-01-01', null),",
      "(1, 2, 'a', '2000-01-01', '2026-01-31'), (1, 2, 'b', '2026-01-31', null),",
      { app_id: "1", dependency_app_id: "2", earlier_valid_to: "2026-01-31" },
    ],
    [
      "an application that needs itself",
      "resiliency_dim_application_dependencies_assertions_row_51fd4b74",
      "(1, 2, 'Only",
      "(1, 1, 'Only",
      { failing_row_condition: "app_id != dependency_app_id", app_id: "1" },
    ],
    [
      "a span that ends before it begins",
      "resiliency_dim_application_dependencies_assertions_row_51fd4b74",
      "can pay.', '2000-01-01', null)",
      "can pay.', '2000-01-01', '1999-12-31')",
      { failing_row_condition: "valid_to is null or valid_to >= valid_from", app_id: "1" },
    ],
    [
      "a caller that is not there",
      "dimension_rows_refer_to_nothing",
      "(1, 2, 'Only",
      "(17, 2, 'Only",
      { dimension: "dim_application_dependencies", missing: "app_id 17" },
    ],
    [
      "a dependency that is not there",
      "dimension_rows_refer_to_nothing",
      "(1, 2, 'Only",
      "(1, 12, 'Only",
      { line: "application 1 needs 12", missing: "app_id 12" },
    ],
  ])("is not made from bad edits: %s", async (_, assertion, text, replacement, row) => {
    const project = editedProject();
    project.edit("dim_application_dependencies", text, replacement);
    const result = await project.run(warehouse.database, needed);
    const checked = actionOf(result, assertion);
    expect(checked.status).toBe("failed");
    expect(checked.tasks[0]?.assertion?.sample).toEqual([expect.objectContaining(row)]);
    expect(actionOf(result, "dependencies_with_longer_rto").status).toBe("skipped");
  });

  it("is what a plain search finds, circles and missing objectives among it", async () => {
    await fc.assert(
      fc.asyncProperty(landscapes, async (landscape) => {
        expect(await reportOf(landscape)).toEqual(expectedDependencies(landscape));
      }),
      { numRuns: 100, endOnFailure: true },
    );
  });

  it("ends though there are a million ways, and though everything needs everything", async () => {
    const ids = Array.from({ length: 40 }, (_, index) => index + 1);
    const objectives = new Map(ids.map((id) => [id, id]));
    // two applications a layer, each needing both of the next layer: 2 ^ 19 ways from top to bottom
    const layers = ids.flatMap((id) => {
      const next = id + (id % 2 === 0 ? 1 : 2);
      return [next, next + 1].filter((other) => other <= 40).map((other) => [id, other] as const);
    });
    const all = ids.flatMap((id) =>
      ids.filter((other) => other !== id).map((other) => [id, other] as const),
    );
    for (const dependencies of [layers, all]) {
      const landscape = { ids, objectives, dependencies };
      const report = await reportOf(landscape);
      expect(report).toEqual(expectedDependencies(landscape));
      expect(report.length).toBeGreaterThan(700);
    }
  });
});
