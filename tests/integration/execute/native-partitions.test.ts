import { describe, expect, it } from "vitest";
import { byDay, native, overwrite, useFacts } from "../../support/facts-project.ts";
import { planProject } from "../../support/run-project.ts";
import { serversByVersion } from "../../support/test-database.ts";

describe.each(serversByVersion())("native partitions on $name", (server) => {
  const { database, facts, files, give, rows } = useFacts(server);

  it("keeps the other days of a month when partitions are wider than what is overwritten", async () => {
    const monthly = native(`partitionBy: { column: "day", range: "month" }`);
    const { run } = facts(overwrite("day", monthly));
    await give("('2024-01-01', 1), ('2024-01-02', 2), ('2024-02-01', 3)");
    await run();
    expect(Object.keys(await files())).toEqual([
      "shop.facts_default",
      "shop.facts_p202401",
      "shop.facts_p202402",
    ]);
    const before = await files();
    await give("('2024-01-02', 20)");
    await run();
    expect(await rows("select value from shop.facts order by 1")).toEqual([["1"], ["3"], ["20"]]);
    expect((await files())["shop.facts_p202402"]).toBe(before["shop.facts_p202402"]);
  });

  it("empties the days of a month that get no rows when partitions are narrower", async () => {
    const { run } = facts(overwrite("DATE_TRUNC(day, MONTH)", byDay));
    await give("('2024-01-01', 1), ('2024-01-02', 2), ('2024-02-01', 3)");
    await run();
    await give("('2024-01-05', 5)");
    await run();
    expect(await rows("select value from shop.facts order by 1")).toEqual([["3"], ["5"]]);
  });

  it.each([
    ["hash", `partitionBy: { column: "value", hash: 3 }`],
    ["list", `partitionBy: { column: "value", list: true }`],
    ["number", `partitionBy: { column: "value", range: 10 }`],
    ["expression", `partitionBy: { expression: "extract(year from day)", range: 1 }`],
  ])("overwrites days in a table that is partitioned by %s", async (_, settings) => {
    const { run } = facts(overwrite("day", native(settings)));
    await give("('2024-01-01', 1), ('2024-01-01', -12), ('2024-01-02', 3), ('2025-01-02', 4)");
    expect((await run())?.error).toBeUndefined();
    await give("('2024-01-01', 44), ('2024-01-03', 3), ('2026-01-03', null)");
    expect((await run())?.error).toBeUndefined();
    expect(await rows("select day, value from shop.facts order by 1, 2")).toEqual([
      ["2024-01-01", "44"],
      ["2024-01-02", "3"],
      ["2024-01-03", "3"],
      ["2025-01-02", "4"],
      ["2026-01-03", null],
    ]);
  });

  it("drops partitions by the age of the newest row, not by the clock", async () => {
    const { run } = facts(
      overwrite(
        "day",
        native(`partitionBy: { column: "day", range: "day" }, partitionRetention: "2 days"`),
      ),
    );
    await give("('2001-01-01', 1), ('2001-01-02', 2), ('2001-01-03', 3), (null, 9)");
    expect((await run())?.error).toBeUndefined();
    expect(await rows("select value from shop.facts order by 1")).toEqual([
      ["1"],
      ["2"],
      ["3"],
      ["9"],
    ]);
    // A wrong year does not make all other rows old.
    await give("('2001-01-04', 4), ('9999-01-01', 5)");
    expect((await run())?.error).toBeUndefined();
    expect(await rows("select value from shop.facts order by 1")).toEqual([
      ["2"],
      ["3"],
      ["4"],
      ["5"],
      ["9"],
    ]);
    await database().query("truncate public.source");
    await run();
    expect(await rows("select count(*) from shop.facts")).toEqual([["5"]]);
  });

  it("keeps a natively partitioned table and its partitions when all rows are replaced", async () => {
    const table = `type: "table"${byDay}`;
    const { run } = facts(table);
    await give("('2024-01-01', 1)");
    await run();
    const identity =
      "select oid from pg_class where relname in ('facts', 'facts_p20240101') order by 1";
    const before = await rows(identity);
    await give("('2024-01-01', 2), ('2024-02-01', 3), (null, 4)");
    expect((await run())?.error).toBeUndefined();
    expect(await rows(identity)).toEqual(before);
    expect(await rows("select value from shop.facts order by 1")).toEqual([["2"], ["3"], ["4"]]);
  });

  it("keeps a table partitioned that somebody else has partitioned", async () => {
    await database().query(`create schema shop; create table shop.facts (day date, value int) partition by range (day);
      create table shop.old partition of shop.facts for values from (minvalue) to ('2024-01-01');
      create table shop.new partition of shop.facts for values from ('2024-01-01') to (maxvalue)`);
    const { run, becomes } = facts(`type: "table"`);
    await give("('2023-01-01', 1), ('2024-01-01', 2)");
    expect((await run())?.error).toBeUndefined();
    expect(
      await rows("select value from shop.old union all select value from shop.new order by 1"),
    ).toEqual([["1"], ["2"]]);
    becomes(overwrite("day"));
    const before = await files();
    await give("('2024-01-01', 20)");
    expect((await run())?.error).toBeUndefined();
    expect(await rows("select value from shop.facts order by 1")).toEqual([["1"], ["20"]]);
    expect((await files())["shop.old"]).toBe(before["shop.old"]);
  });

  it("asks for a full refresh when the settings partition a table in another way, and does it then", async () => {
    const { run, becomes } = facts(overwrite("day"));
    await give("('2024-01-01', 1)");
    await run();
    becomes(overwrite("day", byDay));
    expect((await run())?.error?.hint).toMatch(/--full-refresh/);
    expect((await run(true))?.error).toBeUndefined();
    expect(Object.keys(await files())).toEqual(["shop.facts_default", "shop.facts_p20240101"]);
    await database().query("create view public.mine as select value from shop.facts");
    becomes(overwrite("day", native(`partitionBy: { column: "day", range: "month" }`)));
    expect((await run(true))?.error).toBeUndefined();
    expect(Object.keys(await files())).toEqual(["shop.facts_default", "shop.facts_p202401"]);
    expect(await rows("select value from public.mine")).toEqual([["1"]]);
  });

  it("leaves rows in the default partition when a foreign key would act on them, and says so", async () => {
    const settings = native(`partitionBy: { column: "day", range: "month" }`);
    const { run } = facts(`type: "incremental"${settings}`);
    await give("('2024-01-01', 1)");
    await run();
    await database().query(`
      insert into shop.facts values ('2024-03-05', 5);
      alter table shop.facts add unique (day, value);
      create table public.lines (day date, value int, constraint of_fact foreign key (day, value)
        references shop.facts (day, value) on delete cascade);
      insert into public.lines values ('2024-03-05', 5)`);
    await give("('2024-03-06', 6)");
    expect((await run())?.error).toMatchObject({
      message:
        "rows of shop.facts_default belong to new partitions and cannot be moved there: the foreign key of_fact of public.lines (on delete cascade) would act on them",
      hint: "drop the foreign key, run again, and make it again after the run",
    });
    expect(await rows("select value from public.lines")).toEqual([["5"]]);
    await give("('2024-04-06', 7)");
    expect((await run())?.error).toBeUndefined();
    expect(await rows("select value from shop.facts order by 1")).toEqual([["1"], ["5"], ["7"]]);
  });

  it("adds, merges and keeps partitions in an incremental table with a key", async () => {
    const { run } = facts(
      `type: "incremental", uniqueKey: ["day"]${native(`partitionBy: { column: "day", range: "month" }`)}`,
    );
    await give("('2024-01-01', 1), (null, 2)");
    await run();
    await database().query("insert into shop.facts values ('2024-03-05', 5)");
    await give("('2024-01-01', 10), ('2024-02-01', 3), (null, 20), ('2024-03-06', 6)");
    expect((await run())?.error).toBeUndefined();
    expect(await rows("select value from shop.facts_default")).toEqual([["20"]]);
    expect(await rows("select value from shop.facts_p202403 order by 1")).toEqual([["5"], ["6"]]);
    expect(await rows("select value from shop.facts order by 1")).toEqual([
      ["3"],
      ["5"],
      ["6"],
      ["10"],
      ["20"],
    ]);
  });

  it.each([
    ["date", "2024-01-31", "2024-02-01"],
    ["timestamp", "2024-01-31 23:59:59.999", "2024-02-01 00:00:00"],
    ["timestamptz", "2024-01-31 23:59:59.999+00", "2024-02-01 00:00:00+00"],
  ])("puts rows by a key of type %s into the right month", async (type, january, february) => {
    const { run } = facts(
      overwrite("DATE_TRUNC(at, MONTH)", native(`partitionBy: "DATE_TRUNC(at, MONTH)"`)),
      `at::${type} as at, value`,
    );
    await database().query(
      `insert into public.source (at, value) values ('${january}', 1), ('${february}', 2)`,
    );
    await run();
    expect((await run())?.error).toBeUndefined();
    expect(await rows("select value from shop.facts_p202401")).toEqual([["1"]]);
    expect(await rows("select value from shop.facts_p202402")).toEqual([["2"]]);
    expect(await rows("select count(*) from shop.facts")).toEqual([["2"]]);
  });

  it.each([
    ["wider", "month", "day", "day"],
    ["narrower", "day", "month", "DATE_TRUNC(day, MONTH)"],
  ])(
    "keeps other slices and no old rows when partitions of before are %s",
    async (_, before, after, by) => {
      const width = (range: string) => native(`partitionBy: { column: "day", range: "${range}" }`);
      const { run, becomes } = facts(overwrite("day", width(before)));
      await give("('2024-01-01', 1), ('2024-01-02', 2), ('2024-02-01', 3)");
      await run();
      becomes(overwrite(by, width(after)));
      await give("('2024-01-02', 20), ('2024-04-01', 4)");
      expect((await run())?.error).toBeUndefined();
      expect(await rows("select value from shop.facts order by 1")).toEqual(
        after === "day" ? [["1"], ["3"], ["4"], ["20"]] : [["3"], ["4"], ["20"]],
      );
    },
  );

  it("keeps the other values of a partition that holds several", async () => {
    await database().query(`create schema shop; create table shop.facts (day date, value int) partition by list (value);
      create table shop.few partition of shop.facts for values in (1, 2)`);
    const { run } = facts(
      overwrite("value", native(`partitionBy: { column: "value", list: true }`)),
    );
    await database().query("insert into shop.facts values ('2023-01-01', 1), ('2023-01-01', 2)");
    await give("('2024-01-01', 2)");
    expect((await run())?.error?.message).toBeUndefined();
    expect(await rows("select day, value from shop.facts order by 2")).toEqual([
      ["2023-01-01", "1"],
      ["2024-01-01", "2"],
    ]);
  });

  it("says in the plan what is overwritten and how the table is partitioned", async () => {
    const { run, folder } = facts(overwrite("day", byDay));
    await give("('2024-01-01', 1)");
    await run();
    const [action] = (await planProject({ projectDir: folder, database: database() })).actions;
    expect(action?.tasks[0]).toMatchObject({
      strategy: "overwrite",
      slice: { column: "day", expression: '"day"' },
      partitioning: { key: '"day"', by: { range: "day" } },
    });
  });
});
