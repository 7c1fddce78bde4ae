import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { daysToCatchUp } from "../../generator/catch-up.ts";
import { generateDays } from "../../generator/generate-days.ts";
import { serversByVersion } from "../support/test-database.ts";
import { notSuccessful, openWarehouse, type Warehouse } from "./warehouse.ts";

describe.each(serversByVersion())("bronze on $name", (server) => {
  let warehouse: Warehouse;

  beforeAll(async () => {
    warehouse = await openWarehouse(server);
  });
  afterAll(() => warehouse.drop());

  const count = () => warehouse.value("select count(*) from resiliency.raw_resiliency_tests");

  it("has the columns of the original, in order, and then its own", async () => {
    const columns = await warehouse.rows(`
      select attname, format_type(atttypid, atttypmod), attnotnull from pg_attribute
      where attrelid = 'resiliency.raw_resiliency_tests'::regclass and attnum > 0
      order by attnum`);
    expect(columns).toEqual([
      ["test_id", "bigint", "t"],
      ["app_id", "integer", "f"],
      ["scenario_name", "text", "f"],
      ["scenario_id", "integer", "f"],
      ["start_time", "timestamp with time zone", "f"],
      ["end_time", "timestamp with time zone", "f"],
      ["duration_ms", "numeric", "f"],
      ["status", "text", "f"],
      ["error_message", "text", "f"],
      ["metadata_json", "jsonb", "f"],
      ["created_at", "timestamp with time zone", "f"],
      ["ingested_at", "timestamp with time zone", "t"],
      ["source_system", "text", "t"],
      ["source_run_id", "text", "f"],
      ["app_name", "text", "f"],
      ["payload_hash", "text", "f"],
      ["raw_payload", "text", "f"],
      ["is_synthetic", "boolean", "t"],
      ["fault_at", "timestamp with time zone", "f"],
      ["detected_at", "timestamp with time zone", "f"],
      ["recovered_at", "timestamp with time zone", "f"],
      ["is_recovered", "boolean", "f"],
      ["data_loss_seconds", "numeric", "f"],
      ["recovery_basis", "text", "f"],
      ["ingested_xid", "xid8", "t"],
      ["received_at", "timestamp with time zone", "t"],
    ]);
  });

  it("takes a plain INSERT that knows only what the original knew", async () => {
    await warehouse.database.query(`
      insert into resiliency.raw_resiliency_tests
        (app_id, scenario_name, scenario_id, start_time, end_time, duration_ms, status, error_message, metadata_json)
      values (2, 'Network Latency', null, '2025-01-01 10:00Z', '2025-01-01 10:01Z', 60000, 'failed', 'x', '{"a": 1}')`);
    expect(
      await warehouse.rows(`
        select created_at = ingested_at, source_system, source_run_id, is_synthetic
        from resiliency.raw_resiliency_tests where start_time = '2025-01-01 10:00Z'`),
    ).toEqual([["t", "manual", null, "f"]]);
  });

  it("takes anything as received: unknown, impossible, endless, empty", async () => {
    const before = Number(await count());
    const long = "'x' || repeat(md5(random()::text), 1000)";
    await warehouse.database.query(`
      insert into resiliency.raw_resiliency_tests
        (app_id, status, start_time, end_time, duration_ms, scenario_name, source_run_id, app_name, payload_hash)
      values
        (null, null, null, null, null, null, null, null, null),
        (-7, 'grün', 'infinity', '-infinity', 'NaN', '', '', '', ''),
        (99, ${long}, '4713-01-01 BC', '294276-01-01', 1e300, ${long}, ${long}, ${long}, ${long})`);
    await warehouse.database.query("insert into resiliency.raw_resiliency_tests default values");
    expect(Number(await count())).toBe(before + 4);
  });

  it("puts each row into the partition of the month of its arrival, or into the default one", async () => {
    await warehouse.database.query(
      "select resiliency.ensure_raw_partitions('2024-02-10', '2024-03-01')",
    );
    await warehouse.database.query(`
      insert into resiliency.raw_resiliency_tests (ingested_at) values
        ('2024-02-01 00:00Z'), ('2024-02-29 23:59:59.999Z'), ('2024-03-01 00:00Z'), ('2024-04-01 00:00Z')`);
    expect(
      await warehouse.rows(`
        select tableoid::regclass::text, count(*) from resiliency.raw_resiliency_tests
        where ingested_at < '2024-12-31' group by 1 order by 1`),
    ).toEqual([
      ["resiliency.raw_resiliency_tests_2024_02", "2"],
      ["resiliency.raw_resiliency_tests_2024_03", "1"],
      ["resiliency.raw_resiliency_tests_default", "1"],
    ]);
  });

  it("makes the partitions of a range once, but for a month that the default one holds", async () => {
    const ensure = (from: string, to: string) =>
      warehouse.value(`select resiliency.ensure_raw_partitions('${from}', '${to}')`);
    await warehouse.database.query(
      "insert into resiliency.raw_resiliency_tests (ingested_at) values ('2023-06-15 00:00Z')",
    );
    expect(await ensure("2023-05-31", "2023-07-01")).toBe("2");
    expect(await ensure("2023-05-31", "2023-07-01")).toBe("0");
    expect(
      await warehouse.value(
        "select tableoid::regclass from resiliency.raw_resiliency_tests where ingested_at = '2023-06-15 00:00Z'",
      ),
    ).toBe("resiliency.raw_resiliency_tests_default");
  });

  it.each([
    ["UPDATE", "update resiliency.raw_resiliency_tests set status = 'passed'"],
    ["UPDATE", "update resiliency.raw_resiliency_tests set status = 'passed' where false"],
    ["DELETE", "delete from resiliency.raw_resiliency_tests"],
    ["TRUNCATE", "truncate resiliency.raw_resiliency_tests cascade"],
    ["UPDATE", "update resiliency.raw_resiliency_tests_default set status = 'passed'"],
    ["DELETE", "delete from resiliency.raw_resiliency_tests_default"],
    ["TRUNCATE", "truncate resiliency.raw_resiliency_tests_default"],
    ["DELETE", "delete from resiliency.raw_resiliency_tests_2022_01"],
    ["TRUNCATE", "truncate resiliency.raw_resiliency_tests_2022_01"],
  ])("refuses %s with a message and a hint: %s", async (operation, statement) => {
    await warehouse.database.query(
      "select resiliency.ensure_raw_partitions('2022-01-01', '2022-01-01')",
    );
    const before = await count();
    await expect(warehouse.database.query(statement)).rejects.toMatchObject({
      error: {
        message: expect.stringMatching(
          new RegExp(`^${operation} of resiliency\\.raw_\\w+ is refused: it is append only$`),
        ),
        sqlstate: "23001",
        hint: expect.stringContaining("docs/pipeline.md"),
      },
    });
    expect(await count()).toBe(before);
  });

  it("gets the generated rows of a day once, whoever asks how often", async () => {
    const settings = { from: "2026-03-01", days: 2, testsPerDay: 30, seed: 1 };
    const load = () => generateDays(warehouse.database, settings);
    const loads = await Promise.all([load(), load(), load()]);
    const added = loads.map((days) => days.reduce((sum, day) => sum + day.added, 0));
    expect(added.sort((a, b) => a - b)).toEqual([0, 0, 60]);
    const wider = await generateDays(warehouse.database, { ...settings, days: 3, seed: 2 });
    expect(wider).toEqual([
      { day: "2026-03-01", added: 0 },
      { day: "2026-03-02", added: 0 },
      { day: "2026-03-03", added: 30 },
    ]);
  });

  it("does not take the rows of another loader for generated ones", async () => {
    await warehouse.insert({ startTime: "2026-04-01T10:00:00Z" });
    const day = { from: "2026-04-01", days: 1, testsPerDay: 3, seed: 1 };
    expect(await generateDays(warehouse.database, day)).toEqual([{ day: "2026-04-01", added: 3 }]);
  });

  it("gets nothing from a load that is cancelled", async () => {
    const before = await count();
    const stop = new AbortController();
    const load = generateDays(warehouse.database, {
      ...{ from: "2026-05-01", days: 1, testsPerDay: 5_000_000, seed: 1, signal: stop.signal },
      onProgress: () => stop.abort("test"),
    });
    await expect(load).rejects.toMatchObject({ code: "CANCELLED" });
    expect(await count()).toBe(before);
  });

  it("catches up from the newest generated day, and only the asked day when there is none", async () => {
    const { database } = warehouse;
    expect(await daysToCatchUp(database, "2026-04-04")).toEqual({ from: "2026-04-02", days: 3 });
    expect(await daysToCatchUp(database, "2026-04-01")).toEqual({ from: "2026-04-01", days: 1 });
    expect(await daysToCatchUp(database, "2026-01-01")).toEqual({ from: "2026-01-01", days: 1 });
    const empty = await openWarehouse(server);
    try {
      expect(await daysToCatchUp(empty.database, "2026-04-04")).toEqual({
        from: "2026-04-04",
        days: 1,
      });
    } finally {
      await empty.drop();
    }
  });
});

describe.each(serversByVersion())("bronze of an older release on $name", (server) => {
  let warehouse: Warehouse;

  beforeAll(async () => {
    warehouse = await openWarehouse(server);
    return () => warehouse.drop();
  });

  it("becomes partitioned with every row and its number, and silver is made anew by a full refresh", async () => {
    await warehouse.database.query(`
      drop table resiliency.raw_resiliency_tests;
      create table resiliency.raw_resiliency_tests (
        test_id bigint generated by default as identity primary key,
        app_id integer not null,
        scenario_name varchar(255),
        scenario_id integer constraint raw_resiliency_tests_scenario_id_is_null check (scenario_id is null),
        start_time timestamptz not null,
        end_time timestamptz not null,
        duration_ms bigint not null,
        status varchar(50) not null check (status in ('passed', 'failed')),
        error_message text,
        metadata_json jsonb,
        created_at timestamptz default now(),
        ingested_at timestamptz default now(),
        source_system text default 'manual',
        source_run_id text
      );
      create index raw_resiliency_tests_app_id_idx on resiliency.raw_resiliency_tests (app_id);
      create index raw_resiliency_tests_start_time_idx on resiliency.raw_resiliency_tests (start_time);
      create index raw_resiliency_tests_status_idx on resiliency.raw_resiliency_tests (status);
      create trigger raw_resiliency_tests_append_only before update or delete or truncate
        on resiliency.raw_resiliency_tests
        for each statement execute function resiliency.raw_resiliency_tests_refuse_change();
      insert into resiliency.raw_resiliency_tests
        (app_id, scenario_name, start_time, end_time, duration_ms, status, ingested_at, source_system)
      select
        1, 'CPU Spike', '2025-11-01 00:00Z'::timestamptz + number * interval '1 day',
        '2025-11-01 00:00Z'::timestamptz + number * interval '1 day' + interval '1 second', 1000, 'passed',
        '2025-11-02 00:00Z'::timestamptz + number * interval '1 day',
        case when number % 2 = 0 then 'generator' else 'manual' end
      from generate_series(1, 90) as number`);
    await warehouse.database.query(`
      create table resiliency.stg_resiliency_tests (
        test_id bigint constraint stg_resiliency_tests_pkey primary key,
        raw_test_id bigint constraint stg_resiliency_tests_raw_test_id_key unique
          constraint stg_resiliency_tests_raw_test_id_fkey
          references resiliency.raw_resiliency_tests (test_id)
      );
      insert into resiliency.stg_resiliency_tests values (1, 1)`);
    const content = (table: string) =>
      warehouse.rows(`
        select
          test_id, app_id, scenario_name, start_time, end_time, duration_ms, status, created_at,
          ingested_at, source_system
        from resiliency.${table} order by test_id`);
    const before = await content("raw_resiliency_tests");
    const bronze = { actions: ["raw_resiliency_tests"] };
    expect(notSuccessful(await warehouse.run(bronze))).toEqual([]);
    expect(notSuccessful(await warehouse.run(bronze))).toEqual([]);
    expect(await content("raw_resiliency_tests")).toEqual(before);
    expect(await content("raw_resiliency_tests_unpartitioned")).toEqual(before);
    expect(
      await warehouse.rows(
        "select tableoid::regclass, count(*), bool_or(is_synthetic) from resiliency.raw_resiliency_tests group by 1 order by 1",
      ),
    ).toEqual([
      ["resiliency.raw_resiliency_tests_2025_11", "28", "t"],
      ["resiliency.raw_resiliency_tests_2025_12", "31", "t"],
      ["resiliency.raw_resiliency_tests_2026_01", "31", "t"],
    ]);
    expect(
      await warehouse.value(
        "insert into resiliency.raw_resiliency_tests default values returning test_id",
      ),
    ).toBe("91");
    const silver = { actions: ["stg_resiliency_tests"], includeDependencies: true };
    expect(notSuccessful(await warehouse.run({ ...silver, fullRefresh: true }))).toEqual([]);
    expect(await warehouse.value("select count(*) from resiliency.stg_resiliency_tests")).toBe(
      "90",
    );
  });
});
