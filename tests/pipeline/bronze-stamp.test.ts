import { beforeAll, describe, expect, it } from "vitest";
import { anyServer } from "../support/test-database.ts";
import { notSuccessful, openWarehouse, type Warehouse } from "./warehouse.ts";

const bronze = { actions: ["raw_resiliency_tests"] };

describe.each(anyServer())("what bronze sets itself, on $name", (server) => {
  let warehouse: Warehouse;

  beforeAll(async () => {
    warehouse = await openWarehouse(server);
    return () => warehouse.drop();
  });

  const stampOf = (id: number) =>
    warehouse.rows(`
      select ingested_xid >= '100' and ingested_xid < '1000000000', received_at > '2026-01-01'
      from resiliency.raw_resiliency_tests where test_id = ${id}`);

  it.each([
    ["a plain row", 1001, ""],
    ["a row that was copied from elsewhere", 1002, ", '5', '2001-01-01'"],
    ["a row that says nothing", 1003, ", null, null"],
    ["a row that is ahead", 1004, ", '18446744073709551000', 'infinity'"],
  ])("is the transaction and the time of writing: %s", async (_, id, stamp) => {
    const columns = stamp === "" ? "" : ", ingested_xid, received_at";
    await warehouse.database.query(
      `insert into resiliency.raw_resiliency_tests (test_id${columns}) values (${id}${stamp})`,
    );
    expect(await stampOf(id)).toEqual([["t", "t"]]);
  });

  it("is so in a partition, and in a session that replays another server's rows", async () => {
    const replica = "set local session_replication_role = replica";
    await warehouse.database.query(`
      begin; ${replica};
      insert into resiliency.raw_resiliency_tests_default
        (test_id, ingested_at, source_system, is_synthetic, ingested_xid, received_at)
      values (1005, '2020-01-01', 'replica', false, '5', '2001-01-01');
      commit`);
    expect(await stampOf(1005)).toEqual([["t", "t"]]);
    await expect(
      warehouse.database.transaction(async (session) => {
        await session.query(replica);
        await session.query("truncate resiliency.raw_resiliency_tests_default");
      }),
    ).rejects.toMatchObject({ error: { sqlstate: "23001" } });
  });

  it("lets the server's ids go on above those that loaders gave", async () => {
    const nextId = () =>
      warehouse.value(
        "insert into resiliency.raw_resiliency_tests default values returning test_id",
      );
    const first = Number(await nextId());
    await warehouse.database.query(
      `insert into resiliency.raw_resiliency_tests (test_id) values (${first + 5000})`,
    );
    expect(notSuccessful(await warehouse.run(bronze))).toEqual([]);
    expect(await nextId()).toBe(String(first + 5001));
    expect(notSuccessful(await warehouse.run(bronze))).toEqual([]);
    expect(await nextId()).toBe(String(first + 5002));
  });

  it("is closed again by the next run after somebody disabled a trigger", async () => {
    await warehouse.database.query(
      "alter table resiliency.raw_resiliency_tests disable trigger all; alter table resiliency.raw_resiliency_tests_default disable trigger all",
    );
    expect(notSuccessful(await warehouse.run(bronze))).toEqual([]);
    expect(
      await warehouse.value(`
        select count(*) from pg_trigger
        where tgname ~ '^raw_resiliency_tests_' and tgenabled != 'A'`),
    ).toBe("0");
  });
});
