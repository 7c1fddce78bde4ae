import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import type { Database } from "../../../runner/database/database.ts";
import { openGate } from "../../../runner/execute/gates/gate.ts";
import { publish } from "../../../runner/execute/publish/publish.ts";
import type { Partitioning, PublishTask, Slice } from "../../../runner/plan/publish-task.ts";
import { partitioningOf } from "../../../runner/plan/tasks/partitioning.ts";
import { sliceOf } from "../../../runner/plan/tasks/slice.ts";
import { openTestDatabase } from "../../support/opened-database.ts";
import { propertyRuns } from "../../support/property-runs.ts";
import { anyServer } from "../../support/test-database.ts";

interface Row {
  /** Days from 2024-01-29, or null: the range spans two months. */
  day: number | null;
  id: number | null;
  value: number;
}

const target = { schema: "public", name: "facts" };
const row = fc.record<Row>({
  day: fc.option(fc.integer({ min: 0, max: 5 })),
  id: fc.option(fc.integer({ min: 0, max: 4 })),
  value: fc.integer({ min: 0, max: 3 }),
});
const manyRows = fc.array(row, { maxLength: 12 });
const uniqueRows = fc.uniqueArray(row, { maxLength: 12, selector: ({ id }) => id });

type Expected = (old: Row[], given: Row[]) => Row[];

const appended: Expected = (old, given) => [...old, ...given];

const merged: Expected = (old, given) => {
  const byId = new Map(given.map((each) => [each.id, each]));
  const ids = new Set(old.map(({ id }) => id));
  return [
    ...old.map((each) => byId.get(each.id) ?? each),
    ...given.filter(({ id }) => !ids.has(id)),
  ];
};

/** With a condition on the stored rows, the other rows count as absent. */
const mergedAmong =
  (isVisible: (row: Row) => boolean): Expected =>
  (old, given) => [
    ...old.filter((each) => !isVisible(each)),
    ...merged(old.filter(isVisible), given),
  ];

const overwritten =
  (sliceOfRow: (row: Row) => unknown, isVisible: (row: Row) => boolean = () => true): Expected =>
  (old, given) => {
    const touched = new Set(given.map(sliceOfRow));
    return [...old.filter((each) => !touched.has(sliceOfRow(each)) || !isVisible(each)), ...given];
  };

const monthOf = ({ day }: Row) => (day === null ? null : day < 3 ? 1 : 2);
const slice = (text: string): Slice => sliceOf(text, "facts.sqlx: public.facts");
const native = (partitionBy: unknown): { partitioning?: Partitioning } => {
  const partitioning = partitioningOf({ partitionBy }, "facts.sqlx: public.facts");
  return partitioning ? { partitioning } : {};
};

type Case = [string, Partial<PublishTask>, typeof manyRows, Expected];

const overwrites = [
  ["", undefined],
  [" by day", { column: "day", range: "day" }],
  [" by month", { column: "day", range: "month" }],
  [" by list", { column: "id", list: true }],
  [" by hash", { column: "id", hash: 2 }],
  [" by number", { column: "value", range: 2 }],
  [" by expression", { expression: "extract(isodow from day)", range: 3 }],
].flatMap(([words, partitionBy]): Case[] => [
  [
    `overwrites days of a table partitioned${words || " not at all"}`,
    { strategy: "overwrite", slice: slice("day"), ...native(partitionBy) },
    manyRows,
    overwritten(({ day }) => day),
  ],
  [
    `overwrites months of a table partitioned${words || " not at all"}`,
    { strategy: "overwrite", slice: slice("DATE_TRUNC(day, MONTH)"), ...native(partitionBy) },
    manyRows,
    overwritten(monthOf),
  ],
  [
    `overwrites what a filter shows of a table partitioned${words || " not at all"}`,
    {
      strategy: "overwrite",
      slice: slice("day"),
      existingRows: ["value > 1"],
      ...native(partitionBy),
    },
    manyRows,
    overwritten(
      ({ day }) => day,
      ({ value }) => value > 1,
    ),
  ],
]);

const cases: Case[] = [
  ["appends", { strategy: "append" }, manyRows, appended],
  [
    "appends to a table partitioned by day",
    { strategy: "append", ...native("day") },
    manyRows,
    appended,
  ],
  ["merges by key", { strategy: "merge", uniqueKey: ["id"] }, uniqueRows, merged],
  [
    "merges by key into a table partitioned by month",
    { strategy: "merge", uniqueKey: ["id"], ...native("DATE_TRUNC(day, MONTH)") },
    uniqueRows,
    merged,
  ],
  [
    "merges by key among the rows that a filter shows",
    { strategy: "merge", uniqueKey: ["id"], existingRows: ["value > 1"] },
    uniqueRows,
    mergedAmong(({ value }) => value > 1),
  ],
  [
    "merges by key among the rows that a predicate shows",
    { strategy: "merge", uniqueKey: ["id"], existingRows: ["DATAFORM_DEST.value > 1"] },
    uniqueRows,
    mergedAmong(({ value }) => value > 1),
  ],
  ["replaces all rows", { strategy: "replace" }, manyRows, (_, given) => given],
  [
    "replaces all rows of a table partitioned by day",
    { strategy: "replace", ...native("day") },
    manyRows,
    (_, given) => given,
  ],
  ...overwrites,
];

describe.each(anyServer())("for any rows on $name, a run", (server) => {
  let database: Database;

  beforeEach(async () => {
    ({ database } = await openTestDatabase(server));
  });

  /** Runs the task on a table with the old rows; returns its rows afterwards, sorted. */
  async function run(task: Partial<PublishTask>, old: readonly Row[], given: readonly Row[]) {
    const whole: PublishTask = {
      type: "publish",
      strategy: "create",
      uniqueKey: [],
      statement: queryOf(old),
      ...("partitioning" in task ? { partitioning: task.partitioning as Partitioning } : {}),
    };
    const forget = new Set<string>();
    await database.query("drop table if exists public.facts");
    await database.transaction((session) =>
      publish({ session, target, task: whole, rebuiltLater: forget, gate: openGate }),
    );
    const change = {
      ...{ ...whole, onSchemaChange: "FAIL", ...task },
      statement: queryOf(given),
    } as PublishTask;
    await database.transaction((session) =>
      publish({ session, target, task: change, rebuiltLater: forget, gate: openGate }),
    );
    const { rows } = await database.query(
      "select day - date '2024-01-29', id, value from public.facts",
    );
    return sorted(
      rows.map((values) => values.map((each) => (each === null ? null : Number(each)))),
    );
  }

  it.each(cases)("%s as the plain calculation does", async (_, task, givenRows, expected) => {
    const oldRows = task.strategy === "merge" ? uniqueRows : manyRows;
    await fc.assert(
      fc.asyncProperty(oldRows, givenRows, async (old, given) => {
        const rows = expected(old, given).map(({ day, id, value }) => [day, id, value]);
        expect(await run(task, old, given)).toEqual(sorted(rows));
      }),
      { numRuns: propertyRuns(5) },
    );
  });
});

function queryOf(rows: readonly Row[]): string {
  const values = [{ day: 0, id: 0, value: 0 }, ...rows].map(({ day, id, value }, index) => {
    const date = day === null ? "null::date" : `date '2024-01-29' + ${day}`;
    return `(${date}, ${id}::int, ${value}, ${index})`;
  });
  return `select day, id, value from (values ${values.join(", ")}) as v (day, id, value, n) where n > 0`;
}

function sorted(rows: (number | null)[][]): string[] {
  return rows.map((each) => JSON.stringify(each)).sort();
}
