import { beforeEach, describe, expect, it } from "vitest";
import type { Database } from "../../../runner/database/database.ts";
import type { UnitTestResult } from "../../../runner/results/unit-test-result.ts";
import { anyServer, createDatabase } from "../../support/test-database.ts";
import { openTestDatabase, testFiles } from "./test-files.ts";

describe.each(anyServer())("the rows of a unit test on $name", (server) => {
  let database: Database;
  let url: string;

  beforeEach(async () => {
    const created = await createDatabase(server);
    url = created.url;
    database = await openTestDatabase(url);
    return async () => {
      await database.close();
      await created.drop();
    };
  });

  async function setTimeZone(zone: string): Promise<void> {
    await database.query(`do $$ begin
      execute format('alter database %I set timezone = %L', current_database(), '${zone}');
    end $$`);
    await database.close();
    database = await openTestDatabase(url);
  }

  /** Tests a view that gives what the input gives. */
  async function compare(given: string, expected: string): Promise<UnitTestResult> {
    const run = await testFiles(database, {
      "source.sqlx": `config { type: "declaration", name: "source" }`,
      "copy.sqlx": `config { type: "view" }\nselect * from \${ref("source")}`,
      "copy_test.sqlx": `config { type: "test", dataset: "copy" }
input "source" {
  ${given}
}
${expected}`,
    });
    const [result] = run.tests;
    if (!result) throw new Error("there is no result");
    return result;
  }

  const status = async (given: string, expected: string) => (await compare(given, expected)).status;

  it("are equal in any order of rows and of columns", async () => {
    expect(
      await status(
        "select * from (values (1, 'a'), (2, 'b')) as t (id, name)",
        "select name, id from (values (2, 'b'), (1, 'a')) as t (id, name)",
      ),
    ).toBe("passed");
  });

  it("are counted: a row too often or too seldom is a difference", async () => {
    const result = await compare(
      "select * from (values (1), (1), (1), (2)) as t (id)",
      "select * from (values (1), (2), (2)) as t (id)",
    );
    expect(result.status).toBe("failed");
    expect(result.difference).toMatchObject({
      missingRows: 1,
      unexpectedRows: 2,
      rows: [
        { side: "expected", count: 1, values: ["2"] },
        { side: "actual", count: 2, values: ["1"] },
      ],
    });
  });

  it("are equal when both are NULL, whatever type the NULL has", async () => {
    expect(await status("select null::numeric as a, 1 as b", "select null as a, 1 as b")).toBe(
      "passed",
    );
    expect(await status("select null::numeric as a", "select 0 as a")).toBe("failed");
    expect(await status("select '' as a", "select null as a")).toBe("failed");
  });

  it("are equal as numbers, whatever their scale and type", async () => {
    expect(await status("select 1.00::numeric(8, 2) as a", "select 1.0 as a")).toBe("passed");
    expect(await status("select 3::bigint as a", "select 3.000 as a")).toBe("passed");
    expect(await status("select 0.1::float8 as a", "select 0.1 as a")).toBe("passed");
    expect(await status("select 2::numeric(8, 0) as a", "select 2.4 as a")).toBe("failed");
    expect(await status("select 2 as a", "select 2.4 as a")).toBe("failed");
  });

  it("are equal by value as json and jsonb", async () => {
    const written = `select '{"b": [1, 2], "a": 1.0}'::json as doc`;
    expect(await status(written, `select '{"a": 1, "b": [1, 2]}'::jsonb as doc`)).toBe("passed");
    expect(await status(written, `select '{"a":1.00,"b":[1,2]}' as doc`)).toBe("passed");
    expect(await status(written, `select '{"a": 1, "b": [2, 1]}'::jsonb as doc`)).toBe("failed");
  });

  it("may be expected as text where the model gives another type", async () => {
    const given = `select date '2026-01-31' as day, timestamptz '2026-01-31 12:00+00' as at,
      true as yes, point '(1,2)' as place, array[1, 2] as list`;
    expect(
      await status(
        given,
        `select '2026-01-31' as day, '2026-01-31 14:00+02' as at, 'true' as yes,
      '(1, 2)' as place, '{1, 2}' as list`,
      ),
    ).toBe("passed");
    const wrong = await compare("select 1 as a", "select 'one' as a");
    expect(wrong.error).toMatchObject({ part: "the comparison", sqlstate: "22P02" });
  });

  it("are equal as points in time, in the time zone of the author", async () => {
    await setTimeZone("Europe/Berlin");
    const given = "select timestamptz '2026-01-31 12:00+00' as at";
    expect(await status(given, "select '2026-01-31 13:00' as at")).toBe("passed");
    expect(await status(given, "select '2026-01-31 12:00' as at")).toBe("failed");
    expect(await status(given, "select timestamp '2026-01-31 13:00' as at")).toBe("passed");
    const local = "select timestamp '2026-01-31 13:00' as at";
    expect(await status(local, "select timestamptz '2026-01-31 12:00+00' as at")).toBe("passed");
    expect(await status(local, "select '2026-01-31 13:00' as at")).toBe("passed");
    expect(
      await status(
        "select tstzrange('2026-01-31 12:00+00', null) as valid, null::text[] as list",
        `select '["2026-01-31 13:00",)' as valid, null as list`,
      ),
    ).toBe("passed");
  });

  it("differ when a date is expected to be a time of that day", async () => {
    const day = "select date '2026-01-31' as day";
    const result = await compare(day, "select '2026-01-31 10:00' as day");
    expect(result.difference?.rows.map(({ values }) => values)).toEqual([
      ["2026-01-31 10:00:00"],
      ["2026-01-31"],
    ]);
    expect(await status(day, "select timestamp '2026-01-31 10:00' as day")).toBe("failed");
    expect(await status(day, "select timestamp '2026-01-31' as day")).toBe("passed");
  });

  it("differ in upper case and blanks of a text, and in types without an equality", async () => {
    expect(await status("select 'a' as a", "select 'A' as a")).toBe("failed");
    expect(await status("select 'a' as a", "select 'a ' as a")).toBe("failed");
    expect(await status("select point '(1,2)' as a", "select point '(1,3)' as a")).toBe("failed");
  });

  it("are not compared when a column is missing or too much", async () => {
    const result = await compare(
      "select 1 as id, 2 as extra",
      "select 1 as id, 2 as other, 3 as b",
    );
    expect(result.difference).toMatchObject({
      missingColumns: ["other", "b"],
      unexpectedColumns: ["extra"],
      rows: [],
    });
  });

  it("are shown as pairs of the expected row and the one most like it, 20 at most", async () => {
    const pair = await compare(
      "select * from (values (1, 'x', 10), (2, 'y', 21)) as t (id, name, value)",
      "select * from (values (2, 'y', 20), (1, 'x', 10)) as t (id, name, value)",
    );
    expect(pair.difference?.rows.map(({ side, values }) => [side, ...values])).toEqual([
      ["expected", "2", "y", "20"],
      ["actual", "2", "y", "21"],
    ]);
    const many = await compare(
      "select n as id from generate_series(1, 1000) as n",
      "select -n as id from generate_series(1, 1000) as n",
    );
    expect(many.difference).toMatchObject({ missingRows: 1000, unexpectedRows: 1000 });
    expect(many.difference?.rows).toHaveLength(20);
  });

  it("are equal when both are none", async () => {
    expect(await status("select 1 as id where false", "select 1 as id where false")).toBe("passed");
    expect(await status("select 1 as id where false", "select 1 as id")).toBe("failed");
  });
});
