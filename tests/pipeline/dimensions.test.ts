import { beforeAll, describe, expect, it } from "vitest";
import { applicationIds, scenarioNames } from "../../generator/test-results.ts";
import { anyServer } from "../support/test-database.ts";
import { editedProject } from "./edited-project.ts";
import { actionOf, openBuiltWarehouse, type Warehouse } from "./warehouse.ts";

const dimensions = { tags: ["dimensions"] };
const silver = { tags: ["dimensions", "bronze", "silver"] };

describe.each(anyServer())("the dimensions on $name", (server) => {
  let warehouse: Warehouse;

  beforeAll(async () => {
    warehouse = await openBuiltWarehouse(server);
    return () => warehouse.drop();
  });

  it("know the applications and scenarios that the generator uses, with their objectives", async () => {
    expect(
      await warehouse.rows(`
        select app_id, app_name, rto_requirement_minutes, is_critical, owner_team
        from resiliency.dim_applications order by app_id`),
    ).toEqual([
      ["1", "Payment Service", "30", "t", "Backend Team"],
      ["2", "User Authentication", "60", "t", "Security Team"],
      ["3", "Order Management", "120", "t", "Commerce Team"],
      ["4", "Notification Service", "240", "f", "Platform Team"],
      ["5", "Analytics Engine", "480", "f", "Data Team"],
    ]);
    expect(applicationIds).toEqual([1, 2, 3, 4, 5]);
    const scenarios = await warehouse.rows(
      "select scenario_name, component_tested from resiliency.dim_test_scenarios order by scenario_id",
    );
    expect(scenarios).toEqual([
      ["UNMAPPED", "Unknown"],
      ...["Database", "Network", "Service", "Memory", "CPU", "Dependencies"].map(
        (component, index) => [scenarioNames[index], component],
      ),
    ]);
  });

  it("refuse a second scenario that differs in case and blanks alone", async () => {
    await expect(
      warehouse.database.query(`
        insert into resiliency.dim_test_scenarios (scenario_name, component_tested)
        values (' cpu  spike', 'CPU')`),
    ).rejects.toThrow("dim_test_scenarios_normalised_name_key");
  });

  it.each([
    [
      "an overlap",
      "recovery_objectives_overlap",
      "dim_recovery_objectives",
      "(1, 30, 5, 99.95, '2000-01-01', null),",
      "(1, 30, 5, 99.95, '2000-01-01', '2026-01-31'), (1, 20, 5, 99.95, '2026-01-31', null),",
      { app_id: "1", valid_from: "2026-01-31", earlier_valid_to: "2026-01-31" },
    ],
    [
      "a gap",
      "recovery_objectives_with_gap",
      "dim_recovery_objectives",
      "(1, 30, 5, 99.95, '2000-01-01', null),",
      "(1, 30, 5, 99.95, '2000-01-01', '2026-01-31'), (1, 20, 5, 99.95, '2026-02-02', null),",
      { app_id: "1", valid_to: "2026-01-31", next_valid_from: "2026-02-02" },
    ],
    [
      "a negative objective",
      "resiliency_dim_recovery_objectives_assertions_rowConditions",
      "dim_recovery_objectives",
      "(2, 60, 15,",
      "(2, -60, 15,",
      { failing_row_condition: "rto_minutes > 0", app_id: "2", rto_minutes: "-60" },
    ],
    [
      "a span that ends before it begins",
      "resiliency_dim_recovery_objectives_assertions_rowConditions",
      "dim_recovery_objectives",
      "(2, 60, 15, 99.9, '2000-01-01', null)",
      "(2, 60, 15, 99.9, '2000-01-01', '1999-12-31')",
      { failing_row_condition: "valid_to is null or valid_to >= valid_from", app_id: "2" },
    ],
    [
      "an alias of nothing",
      "dimension_rows_refer_to_nothing",
      "dim_scenario_aliases",
      "('oom', 4, false, null)",
      "('oom', 44, false, null)",
      { dimension: "dim_scenario_aliases", line: "oom", missing: "scenario_id 44" },
    ],
    [
      "an alias that is the name of another scenario",
      "names_stand_for_two_things",
      "dim_scenario_aliases",
      "('oom', 4, false, null)",
      "('service restart', 4, false, null)",
      { alias: "service restart", stands_for: "4", is_name_of: "3" },
    ],
    [
      "an alias that no name as received can equal",
      "resiliency_dim_application_names_assertions_rowConditions",
      "dim_application_names",
      "('auth', 2, false, null)",
      "('Auth', 2, false, null)",
      { alias: "Auth" },
    ],
  ])(
    "that are edited badly (%s) fail an assertion with the row and hold silver back",
    async (...edit) => {
      const [, assertion, dimension, text, replacement, row] = edit;
      const project = editedProject();
      project.edit(dimension, text, replacement);
      const result = await project.run(warehouse.database, silver);
      const checked = actionOf(result, assertion);
      expect(checked.status).toBe("failed");
      expect(checked.tasks[0]?.assertion?.sample).toEqual([expect.objectContaining(row)]);
      expect(actionOf(result, "stg_test_results").status).toBe("skipped");
      await warehouse.run(dimensions);
    },
  );

  it("name a pattern that is no regular expression", async () => {
    const project = editedProject();
    project.edit("dim_scenario_aliases", "'\\mcpu\\M.*(spike", "'\\mcpu\\M.*((spike");
    const result = await project.run(warehouse.database, silver);
    expect(result.status).toBe("failed");
    expect(actionOf(result, "stg_test_results").status).toBe("skipped");
    expect(JSON.stringify(result)).toContain("invalid regular expression");
  });
});
