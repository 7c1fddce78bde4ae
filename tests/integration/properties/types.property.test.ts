import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import type { Database } from "../../../runner/database/database.ts";
import { ActionFailure } from "../../../runner/errors.ts";
import { openGate } from "../../../runner/execute/gates/gate.ts";
import { publish } from "../../../runner/execute/publish/publish.ts";
import type { PublishTask } from "../../../runner/plan/publish-task.ts";
import { openTestDatabase } from "../../support/opened-database.ts";
import { propertyRuns } from "../../support/property-runs.ts";
import { serversByVersion } from "../../support/test-database.ts";
import { type ColumnType, columnTypes, typeSetup } from "./column-types.ts";

const numRuns = propertyRuns(4);

/** Number, key and value of a row; the last two are of the type in question. */
type Row = [id: number, k: string | null, v: string | null];

interface Case {
  type: ColumnType;
  old: Row[];
  given: Row[];
}

const rowsOf = (values: readonly string[]) => {
  const value = fc.option(fc.constantFrom(...values), { freq: 6 });
  return fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), value, value), { maxLength: 5 });
};

const cases: fc.Arbitrary<Case> = fc
  .constantFrom(...columnTypes)
  .chain((type) =>
    fc.record({ type: fc.constant(type), old: rowsOf(type.old), given: rowsOf(type.values) }),
  );

/** A query that gives rows, with the type of their last two columns. */
function queryOf(rows: readonly Row[], type: string): string {
  const text = (value: string | null) =>
    value === null ? "null" : `'${value.replaceAll("'", "''")}'`;
  const cast = (name: string) => {
    const [plain, collation] = type.split(" collate ");
    return `${name}::${plain}${collation ? ` collate ${collation}` : ""} as ${name}`;
  };
  const values = [...rows, [0, null, null]].map(
    ([id, k, v], index) =>
      `(${id}, ${text(k as string | null)}, ${text(v as string | null)}, ${index})`,
  );
  return `select id, ${cast("k")}, ${cast("v")} from (values ${values.join(", ")}) as r (id, k, v, n) where n < ${rows.length}`;
}

interface Strategy {
  name: string;
  task: (key: string) => Partial<PublishTask>;
  /** What plain PostgreSQL makes of `oracle`, given `incoming` with the types of the table. */
  oracle: (key: string) => string[];
  /** Whether the query gives the types of the table, and all rows. */
  isWhole?: boolean;
  partitions?: string;
}

const isSame = (key: string, a: string, b: string) =>
  `(${a}.${key} = ${b}.${key} or (${a}.${key} is not distinct from null and ${b}.${key} is not distinct from null))`;
const insert = "insert into oracle select * from incoming";
const replaced = (key: string) => [
  `delete from oracle as o where exists (select from incoming as n where ${isSame(key, "o", "n")})`,
  insert,
];
const overwrite = (key: string): Partial<PublishTask> => ({
  strategy: "overwrite",
  slice: { column: key, expression: `"${key}"`, grain: "value" },
});
const whole = { oracle: () => ["delete from oracle", insert], isWhole: true };
const hash = `partition by hash (id);
  create table facts_0 partition of facts for values with (modulus 2, remainder 0);
  create table facts_1 partition of facts for values with (modulus 2, remainder 1)`;

const strategies: Strategy[] = [
  { name: "appends", task: () => ({ strategy: "append" }), oracle: () => [insert] },
  {
    name: "merges",
    task: (key) => ({ strategy: "merge", uniqueKey: [key] }),
    // A key that occurs twice is an error.
    oracle: (key) => [
      `select 1 / (case when count(*) > 1 then 0 else 1 end) from incoming group by ${key}`,
      ...replaced(key),
    ],
  },
  { name: "overwrites slices", task: overwrite, oracle: replaced },
  {
    name: "overwrites slices of partitions",
    task: overwrite,
    oracle: replaced,
    partitions: hash,
  },
  { name: "replaces rows", task: () => ({ strategy: "replace" }), ...whole },
  {
    name: "replaces rows that differ",
    task: (key) => ({ strategy: "replace", uniqueKey: [key], replace: "inPlace" }),
    ...whole,
  },
  { name: "swaps", task: () => ({ strategy: "replace", replace: "swap" }), ...whole },
];

describe.each(serversByVersion())("for any type of column on $name, a run", (server) => {
  const target = { schema: "public", name: "facts" };
  let database: Database;

  beforeEach(async () => {
    ({ database } = await openTestDatabase(server));
    await database.query(typeSetup);
  });

  /** What a failing work says; undefined when it is done. */
  async function failureOf(work: () => Promise<unknown>): Promise<string | undefined> {
    try {
      await work();
      return undefined;
    } catch (error) {
      if (error instanceof ActionFailure) return error.message;
      throw error;
    }
  }

  const texts = async (table: string) =>
    (await database.query(`select t::text from ${table} as t order by 1`)).rows.flat().sort();

  const run = (task: Partial<PublishTask>, statement: string) => {
    const all = {
      ...{ type: "publish", strategy: "append", uniqueKey: [], onSchemaChange: "IGNORE" },
      ...task,
      statement,
    } as PublishTask;
    return failureOf(() =>
      database.transaction((session) =>
        publish({ session, target, task: all, rebuiltLater: new Set(), gate: openGate }),
      ),
    );
  };

  /** Makes `facts` with old rows, one for each key, and `oracle` with the same ones. */
  async function start({ type, old }: Case, key: string, partitions = ""): Promise<void> {
    const columns = `(id int, k ${type.stored}, v ${type.stored})`;
    await database.query(`
      drop table if exists facts, oracle;
      create table facts ${columns} ${partitions};
      insert into facts select distinct on (${key}) * from (${queryOf(old, type.stored)}) as r;
      create table oracle ${columns};
      insert into oracle select * from facts`);
  }

  it.each(strategies)(
    "$name as plain PostgreSQL does",
    async (strategy) => {
      const property = fc.asyncProperty(cases, async (one) => {
        const { type, given } = one;
        const key = type.hasEquality === false ? "id" : "k";
        await start(one, key, strategy.partitions);
        const stored = type.old;
        const rows = strategy.isWhole
          ? given.filter(([, k, v]) =>
              [k, v].every((each) => each === null || stored.includes(each)),
            )
          : given;
        const query = queryOf(rows, strategy.isWhole ? type.stored : type.given);
        const expected = await failureOf(() =>
          database.transaction(async (session) => {
            await session.authored(
              "create temp table incoming on commit drop as select * from public.oracle with no data",
            );
            await session.authored(`insert into incoming ${query}`);
            for (const statement of strategy.oracle(key)) await session.authored(statement);
          }),
        );
        const failure = await run(strategy.task(key), query);
        if (expected === undefined) expect(failure).toBeUndefined();
        else expect(failure, expected).toBeTypeOf("string");
        expect(await texts("facts")).toEqual(await texts("oracle"));
      });
      await fc.assert(property, { numRuns });
    },
    300_000,
  );

  it("refreshes a materialized view as plain PostgreSQL does", async () => {
    const property = fc.asyncProperty(cases, fc.boolean(), async (one, isUnique) => {
      const { type, old, given } = one;
      const [before, after] = [old, given].map((rows) =>
        queryOf(
          rows
            .map(([, k, v], index): Row => [index, k, v])
            .filter(([, k, v]) => [k, v].every((each) => each === null || type.old.includes(each))),
          type.stored,
        ),
      );
      await database.query(`
        drop materialized view if exists facts; drop table if exists facts, oracle;
        create table oracle as ${before}`);
      const task: Partial<PublishTask> = { strategy: "materialized" };
      expect(await run(task, "select * from public.oracle")).toBeUndefined();
      if (isUnique) await database.query("create unique index on facts (id)");
      await database.query(`delete from oracle; insert into oracle ${after}`);
      expect(await run(task, "select * from public.oracle")).toBeUndefined();
      expect(await texts("facts")).toEqual(await texts("oracle"));
      await database.query("drop materialized view facts");
    });
    await fc.assert(property, { numRuns });
  });
});
