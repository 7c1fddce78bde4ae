import { describe, expect, it } from "vitest";
import { kinds, overwrite, useFacts } from "../../support/facts-project.ts";
import { runProject } from "../../support/run-project.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { anyServer } from "../../support/test-database.ts";

describe.each(anyServer())("INSERT_OVERWRITE on $name", (server) => {
  const { database, facts, give, reader, rows } = useFacts(server);

  it.each(kinds)(
    "replaces the days that have new rows in %s and keeps the others",
    async (_, settings) => {
      const { run } = facts(overwrite("day", settings));
      await give("('2024-01-01', 1), ('2024-01-01', 2), ('2024-01-02', 3)");
      expect((await run())?.error).toBeUndefined();
      await give("('2024-01-01', 10), ('2024-01-03', 30)");
      expect(await run()).toMatchObject({ status: "successful", rowCount: 2 });
      expect(await rows("select day, value from shop.facts order by 1, 2")).toEqual([
        ["2024-01-01", "10"],
        ["2024-01-02", "3"],
        ["2024-01-03", "30"],
      ]);
    },
  );

  it.each(kinds)("takes NULL for a day like any other in %s", async (_, settings) => {
    const { run } = facts(overwrite("day", settings));
    await give("(null, 1), (null, 2), ('infinity', 3), ('2024-01-02', 4)");
    await run();
    await give("(null, 10)");
    expect((await run())?.error).toBeUndefined();
    await give("('infinity', 30)");
    expect((await run())?.error).toBeUndefined();
    expect(await rows("select day, value from shop.facts order by 1, 2")).toEqual([
      ["2024-01-02", "4"],
      ["infinity", "30"],
      [null, "10"],
    ]);
  });

  it.each(kinds)("changes nothing in %s when the query gives no rows", async (_, settings) => {
    const { run } = facts(overwrite("day", settings));
    await give("('2024-01-01', 1), (null, 2)");
    await run();
    const before = await rows("select tableoid, ctid, xmin, * from shop.facts order by value");
    await database().query("truncate public.source");
    expect(await run()).toMatchObject({ status: "successful", rowCount: 0 });
    expect(await rows("select tableoid, ctid, xmin, * from shop.facts order by value")).toEqual(
      before,
    );
  });

  it.each([
    [
      "TIMESTAMP_TRUNC(at, DAY)",
      "2024-01-01 23:00+00",
      "2024-01-01 01:00+00",
      "2024-01-02 01:00+00",
    ],
    ["DATE(at)", "2024-01-01 23:00+00", "2024-01-01 01:00+00", "2024-01-02 01:00+00"],
    [
      "TIMESTAMP_TRUNC(at, MONTH)",
      "2024-01-31 23:00+00",
      "2024-01-01 01:00+00",
      "2024-02-02 01:00+00",
    ],
    ["date_trunc('hour', at)", "2024-01-01 23:59+00", "2024-01-01 23:00+00", "2024-01-01 22:59+00"],
    [
      "DATE_TRUNC(DATE(at), WEEK)",
      "2024-01-07 12:00+00",
      "2024-01-13 12:00+00",
      "2024-01-06 12:00+00",
    ],
    [
      "DATE_TRUNC(at, ISOWEEK)",
      "2024-01-07 12:00+00",
      "2024-01-01 12:00+00",
      "2024-01-08 12:00+00",
    ],
  ])("takes %s for what is overwritten", async (by, old, same, other) => {
    const { run } = facts(overwrite(by), "at, value");
    await database().query(
      `insert into public.source (at, value) values ('${old}', 1), ('${other}', 2)`,
    );
    await run();
    await database().query(
      `truncate public.source; insert into public.source (at, value) values ('${same}', 3)`,
    );
    expect((await run())?.error).toBeUndefined();
    expect(await rows("select value from shop.facts order by 1")).toEqual([["2"], ["3"]]);
  });

  it.each(kinds)(
    "cuts dates in %s where their new rows are, whatever time zone and date style the author has",
    async (_, settings) => {
      await database().query(`do $$ begin
        execute format('alter database %I set timezone = %L', current_database(), 'Europe/Berlin');
        execute format('alter database %I set datestyle = %L', current_database(), 'ISO, DMY');
      end $$`);
      const inBerlin = await reader();
      const left = {
        "DATE_TRUNC(day, HOUR)": "{1,3,20}",
        "DATE_TRUNC(day, DAY)": "{1,3,20}",
        "DATE_TRUNC(day, ISOWEEK)": "{1,3,20}",
        "DATE_TRUNC(day, WEEK)": "{1,3,20}",
        "DATE_TRUNC(day, MONTH)": "{3,20}",
        "date_trunc('quarter', day)": "{20}",
        "DATE_TRUNC(day, YEAR)": "{20}",
        "DATE_TRUNC(day, ISOYEAR)": "{20}",
        "DATE(day)": "{1,3,20}",
        "DATE(day, 'Europe/London')": "{1,3,20}",
        "DATE(part)": "{1,3,20}",
      };
      const files = Object.keys(left).map((by, index) => [
        `by_${index}.sqlx`,
        `config { ${overwrite(by, settings)} }\nselect day, part, value from public.source`,
      ]);
      const { folder } = temporaryProject(Object.fromEntries(files));
      const found = Object.keys(left).map(
        (by, index) =>
          `select ${index} as number, $$${by}$$ as by, array_agg(value order by value) from shop.by_${index}`,
      );
      const runWith = async (values: string) => {
        await give(values);
        await database().query("update public.source set part = to_char(day, 'DD/MM/YYYY')");
        const result = await runProject({ projectDir: folder, database: inBerlin });
        expect(result.status).toBe("successful");
        const tables = await rows(`${found.join(" union all ")} order by number`);
        return Object.fromEntries(tables.map(([, by, values]) => [by, values]));
      };
      const first = "('2024-01-01', 1), ('2024-01-31', 2), ('2024-02-15', 3)";
      const whole = Object.fromEntries(Object.keys(left).map((by) => [by, "{1,2,3}"]));
      expect(await runWith(first)).toEqual(whole);
      expect(await runWith(first)).toEqual(whole);
      expect(await runWith("('2024-01-31', 20)")).toEqual(left);
    },
  );

  it.each(kinds)(
    "gives columns of others their defaults as the author's settings make them, in %s",
    async (_, settings) => {
      const { folder, run } = facts(overwrite("day", settings));
      await give("('2024-01-01', 1), ('2024-01-02', 2)");
      await run();
      await database().query(`
        alter table shop.facts add column zone text default current_setting('timezone');
        do $$ begin
          execute format('alter database %I set timezone = %L', current_database(), 'Europe/Berlin');
        end $$`);
      await give("('2024-01-02', 20), ('2024-01-03', 30)");
      const result = await runProject({ projectDir: folder, database: await reader() });
      expect(result.status).toBe("successful");
      expect(await rows("select value, zone from shop.facts order by 1")).toEqual([
        ["1", "UTC"],
        ["20", "Europe/Berlin"],
        ["30", "Europe/Berlin"],
      ]);
    },
  );

  it("takes RANGE_BUCKET for what is overwritten", async () => {
    const { run } = facts(overwrite("RANGE_BUCKET(value, GENERATE_ARRAY(0, 100, 10))"));
    await give("('2024-01-01', 1), ('2024-01-01', 9), ('2024-01-01', 10)");
    await run();
    await give("('2024-01-02', 5)");
    await run();
    expect(await rows("select value from shop.facts order by 1")).toEqual([["5"], ["10"]]);
  });

  it("refuses a partitionBy that has no meaning and names the file", async () => {
    const { run } = facts(overwrite("_PARTITIONTIME"));
    await expect(run()).rejects.toThrow(/facts\.sqlx.*_PARTITIONTIME/);
  });

  it("names a column of partitionBy that the query does not give", async () => {
    const { run } = facts(overwrite("nope"));
    await run();
    expect((await run())?.error?.message).toContain('"nope"');
  });

  it.each(kinds)(
    "deletes only what updatePartitionFilter lets it see in %s",
    async (_, settings) => {
      const { run } = facts(
        `type: "incremental", incrementalStrategy: "INSERT_OVERWRITE", bigquery: { partitionBy: "day", updatePartitionFilter: "value > 1" }${settings}`,
      );
      await give("('2024-01-01', 1), ('2024-01-01', 2)");
      await run();
      await give("('2024-01-01', 3)");
      expect((await run())?.error).toBeUndefined();
      expect(await rows("select value from shop.facts order by 1")).toEqual([["1"], ["3"]]);
    },
  );

  it.each(kinds)(
    "fills a column that is new in the very run that adds it, in %s",
    async (_, settings) => {
      const config = `${overwrite("day", settings)}, onSchemaChange: "EXTEND"`;
      const { run, becomes } = facts(config);
      await give("('2024-01-01', 1), ('2024-01-02', 2)");
      await run();
      becomes(config, "day, value, value + 1 as more");
      await give("('2024-01-01', 1)");
      expect((await run())?.error).toBeUndefined();
      expect(await rows("select value, more from shop.facts order by 1")).toEqual([
        ["1", "2"],
        ["2", null],
      ]);
    },
  );
});
