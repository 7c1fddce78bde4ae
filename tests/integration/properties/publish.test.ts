import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import type { CompiledTable } from "../../../runner/compile/compiled-graph.ts";
import { parsePostgresSettings } from "../../../runner/compile/settings/postgres-settings.ts";
import type { Database } from "../../../runner/database/database.ts";
import { readWarehouseState } from "../../../runner/database/warehouse/warehouse-state.ts";
import { executeGraph } from "../../../runner/execute/execute-graph.ts";
import { buildExecutionGraph } from "../../../runner/plan/build.ts";
import { targetKey } from "../../../runner/target.ts";
import { openUrl } from "../../support/opened-database.ts";
import { propertyRuns } from "../../support/property-runs.ts";
import { anyServer, createDatabase } from "../../support/test-database.ts";
import { changedColumns, firstColumns, queryOf, type Table, tableOf } from "./random-table.ts";
import { expectedTable, Refusal, type Settings } from "./reference.ts";

const target = { schema: "public", name: "facts" };
const numRuns = propertyRuns(8);

/** An old table, the rows and columns that its query gives now, and whether it is partitioned. */
const cases = (unique: boolean, minLength = 0) =>
  firstColumns
    .chain((columns) => fc.tuple(fc.constant(columns), changedColumns(columns)))
    .chain(([before, now]) =>
      fc.record({
        old: tableOf(before, unique, minLength),
        given: fc.oneof(
          { weight: 5, arbitrary: tableOf(now, unique) },
          { weight: 1, arbitrary: tableOf(now, false) },
        ),
        isPartitioned: fc.boolean(),
      }),
    );

const settings = (strategy: Settings["strategy"]): fc.Arbitrary<Settings> =>
  fc.record({
    strategy: fc.constant(strategy),
    onSchemaChange: fc.constantFrom("IGNORE", "FAIL", "EXTEND", "SYNCHRONIZE"),
    isLimited: strategy === "append" ? fc.constant(false) : fc.boolean(),
  });

describe.each(anyServer())("for any table and any columns on $name, a run", (server) => {
  let database: Database;

  beforeEach(async () => {
    const { url, drop } = await createDatabase(server);
    database = await openUrl(url);
    return drop;
  });

  /** Runs one table through the plan; gives why it failed, if it did. */
  async function run(table: Partial<CompiledTable>, fullRefresh = false) {
    const state = await readWarehouseState(database, ["public"]);
    const compiled = { projectConfig: {}, tables: [{ target, ...table }] };
    const graph = buildExecutionGraph(compiled, state, { fullRefresh });
    const { actions } = await executeGraph(graph, database, {
      ...{ runId: "r", threads: 1, retryLimit: 0, now: Date.now, listener: () => undefined },
    });
    const failed = actions[0]?.status === "successful" ? undefined : actions[0]?.tasks.at(-1);
    return failed?.error?.message;
  }

  async function stored(): Promise<Table> {
    const { columns } = await database.query("select * from public.facts");
    const state = await readWarehouseState(database, ["public"]);
    const { rows } = await database.query("select * from public.facts");
    return {
      columns: state.relations.get(targetKey(target))?.columns ?? [],
      rows: rows.map((row) =>
        Object.fromEntries(columns.map(({ name }, index) => [name, row[index] ?? null])),
      ),
    };
  }

  const start = async (table: Partial<CompiledTable>) => {
    await database.query("drop table if exists public.facts");
    expect(await run(table)).toBeUndefined();
  };

  it.each(["append", "merge", "overwrite"] as const)(
    "with the strategy %s gives the calculated rows, or refuses and changes nothing",
    async (strategy) => {
      const property = fc.asyncProperty(
        cases(strategy === "merge"),
        settings(strategy),
        async ({ old, given, isPartitioned }, how) => {
          const config = configOf(how, isPartitioned);
          await start({ ...config, query: queryOf(old) });
          const failure = await run({ ...config, incrementalQuery: queryOf(given) });
          const expected = referenceOf(old, given, how);
          fc.pre(!(expected instanceof Refusal && expected.mayPass));
          if (expected instanceof Refusal) expect(failure).toBeTypeOf("string");
          else expect(failure).toBeUndefined();
          expect(sorted(await stored())).toEqual(
            sorted(expected instanceof Refusal ? old : expected),
          );
        },
      );
      await fc.assert(property, { numRuns });
    },
  );

  it("of a table, or with a full refresh, gives what the query gives", async () => {
    // Only tables with few different rows are changed row by row.
    const tables = fc.oneof(cases(false), cases(true, 6));
    const property = fc.asyncProperty(tables, rebuilds, async (one, how) => {
      const { old, isPartitioned } = one;
      const given = how.isNear ? withoutFirst(old) : one.given;
      const config: Partial<CompiledTable> = {
        enumType: how.enumType,
        uniqueKey: how.hasKey ? ["k"] : [],
        settings: settingsOf({ ...partitioned(isPartitioned), replace: how.replace }),
      };
      await start({ ...config, query: queryOf(old) });
      const failure = await run({ ...config, query: queryOf(given) }, true);
      const isRefused = how.replace === "inPlace" && !isDeepStrictEqual(old.columns, given.columns);
      if (isRefused) expect(failure).toContain('replace is "inPlace"');
      else expect(failure).toBeUndefined();
      expect(sorted(await stored())).toEqual(sorted(isRefused ? old : given));
    });
    await fc.assert(property, { numRuns });
  });
});

/** How a table is rebuilt; `isNear`: with all stored rows but one. */
const rebuilds = fc.record({
  enumType: fc.constantFrom("TABLE" as const, "INCREMENTAL" as const),
  hasKey: fc.boolean(),
  replace: fc.constantFrom("auto", "inPlace", "swap"),
  isNear: fc.boolean(),
});

function withoutFirst({ columns, rows }: Table): Table {
  return { columns, rows: rows.slice(1) };
}

function configOf(how: Settings, isPartitioned: boolean): Partial<CompiledTable> {
  const { strategy, onSchemaChange, isLimited } = how;
  return {
    settings: settingsOf(partitioned(isPartitioned)),
    enumType: "INCREMENTAL",
    onSchemaChange,
    ...(strategy === "merge" && { uniqueKey: ["k"] }),
    ...(strategy === "overwrite" && { incrementalStrategy: "INSERT_OVERWRITE" }),
    bigquery: {
      ...(strategy === "overwrite" && { partitionBy: "day" }),
      ...(isLimited &&
        (isPartitioned
          ? { incrementalPredicates: ["DATAFORM_DEST.w > 1"] }
          : { updatePartitionFilter: "w > 1" })),
    },
  };
}

function partitioned(is: boolean): object {
  return is ? { partitionBy: { column: "day", range: "month" } } : {};
}

function settingsOf(postgres: object) {
  return parsePostgresSettings(postgres).settings;
}

function referenceOf(old: Table, given: Table, how: Settings): Table | Refusal {
  try {
    return expectedTable(old, given, how);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

function sorted({ columns, rows }: Table) {
  const texts = rows.map((row) => JSON.stringify(columns.map(({ name }) => row[name])));
  return { columns, rows: texts.sort() };
}
