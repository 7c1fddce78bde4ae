import { beforeAll, describe, expect, it } from "vitest";
import { serversByVersion } from "../support/test-database.ts";
import { quickRuns } from "./quick-runs.ts";
import { notSuccessful, openWarehouse, type Warehouse } from "./warehouse.ts";

const run = await quickRuns();
const silver = { tags: ["dimensions", "bronze", "silver"] };
const grow = {
  actions: ["stg_doubled_ids", "stg_test_results", "stg_resiliency_tests"],
  assertions: false,
};

describe.each(serversByVersion())(
  "a row that its transaction does not tell of, on $name",
  (server) => {
    let warehouse: Warehouse;

    beforeAll(async () => {
      warehouse = await openWarehouse(server);
      await insert("(1, '5')");
      await insert("(9000, '5')");
      expect(notSuccessful(await run(warehouse.database, silver))).toEqual([]);
      return () => warehouse.drop();
    });

    /** Rows as a restore or an older release leaves them: nothing has set their transaction. */
    const insert = (...idAndTransaction: string[]) =>
      warehouse.database.query(`
      begin;
      alter table resiliency.raw_resiliency_tests disable trigger raw_resiliency_tests_stamped;
      insert into resiliency.raw_resiliency_tests
        (test_id, ingested_xid, app_id, start_time, duration_ms, status, source_run_id)
      select test_id, xid::xid8, 1, '2026-01-01 10:00Z', 1000, 'passed', test_id::text
      from (values ${idAndTransaction.join(", ")}) as rows (test_id, xid);
      alter table resiliency.raw_resiliency_tests enable always trigger raw_resiliency_tests_stamped;
      commit`);
    const unstagedRows = async () => {
      expect(notSuccessful(await run(warehouse.database, grow))).toEqual([]);
      return warehouse.value(`
      select count(*) from resiliency.raw_resiliency_tests as bronze
      where not exists (
        select from resiliency.stg_resiliency_tests as staged
        where staged.raw_test_id = bronze.test_id and staged.ingested_at = bronze.ingested_at
      )`);
    };

    it.each([
      ["with a transaction below the bound and the next id", "(9001, '5')"],
      ["with a transaction below the bound among the old ids", "(2000, '5')"],
      ["with a transaction that this cluster has not reached", "(9002, '90000000000')"],
    ])("is decided by the next run, %s", async (_, row) => {
      await insert(row);
      expect(await unstagedRows()).toBe("0");
      expect(await unstagedRows()).toBe("0");
    });

    it("is decided in another cluster, where the old transactions say nothing", async () => {
      await insert("(2001, '5')");
      await warehouse.database.query(`update dataform_postgres.followers set cluster = '1';
      delete from dataform_postgres.appended_rows`);
      expect(await unstagedRows()).toBe("0");
    });

    it("is told of by completeness when its decision was lost, and a full refresh decides it", async () => {
      const undecided = () => warehouse.value("select undecided_rows from resiliency.completeness");
      expect(
        notSuccessful(await run(warehouse.database, { actions: ["audits", "completeness"] })),
      ).toEqual([]);
      expect(await undecided()).toBe("0");
      await warehouse.database.query(
        "delete from resiliency.stg_test_results where raw_test_id = 1",
      );
      expect(notSuccessful(await run(warehouse.database, grow))).toEqual([]);
      expect(await undecided()).toBe("1");
      expect(notSuccessful(await run(warehouse.database, { ...grow, fullRefresh: true }))).toEqual(
        [],
      );
      expect(await undecided()).toBe("0");
    });
  },
);
