import { describe, expect, it } from "vitest";
import { fillBronze } from "../../benchmarks/fill-bronze.ts";
import type { Database } from "../../runner/database/database.ts";
import { openDatabase } from "../../runner/database/open-database.ts";
import { prepareBronze } from "../../warehouse/bronze.ts";
import { runProject } from "../support/run-project.ts";
import { createDatabase, serversByVersion } from "../support/test-database.ts";
import { untilOthersEnd } from "../support/watch-server.ts";
import { notSuccessful, projectDir } from "./warehouse.ts";

const filling = { firstDay: "2026-01-01", testsPerDay: 1_000 };

describe.each(serversByVersion())("an increment on $name", (server) => {
  it("reads no table whole that grows with every test", async () => {
    const { url, drop } = await createDatabase(server);
    // sessions report what they read when they end, if not before
    const inSessionsOfItsOwn = async <T>(use: (database: Database) => Promise<T>): Promise<T> => {
      const database = await openDatabase({ projectDir, env: { DATABASE_URL: url } });
      try {
        return await use(database);
      } finally {
        await database.close();
      }
    };
    const run = (days: { skipDays: number; days: number }) =>
      inSessionsOfItsOwn(async (database) => {
        await prepareBronze(projectDir, database);
        await fillBronze(database, { ...filling, ...days });
        await untilOthersEnd(async (sql) => (await database.query(sql)).rows);
        expect(notSuccessful(await runProject({ projectDir, database }))).toEqual([]);
      });
    const value = (sql: string) =>
      inSessionsOfItsOwn(async (database) => (await database.query(sql)).rows[0]?.[0]);
    try {
      await run({ skipDays: 0, days: 20 });
      await value("analyze");
      await value("select pg_stat_reset()");
      await run({ skipDays: 20, days: 1 });
      await expect
        .poll(() =>
          value(
            "select sum(n_tup_ins) from pg_stat_user_tables where relname = 'stg_test_results'",
          ),
        )
        .toBe(`${filling.testsPerDay}`);
      // A look whether there is any row at all reads a page at most. Each of the two tables that follow
      // bronze counts the rows of its newest transactions, up to 100,000: here that is all of it.
      const counted = 2 * 21 * filling.testsPerDay;
      expect(
        await value(`
          select array_agg(relname || ': ' || seq_tup_read)
          from pg_stat_user_tables
          where relname ~ '^(stg_test_results|stg_resiliency_tests)$' and seq_tup_read > 200
            or relname ~ '^raw_resiliency_tests_' and seq_tup_read > 200 + ${counted}`),
      ).toBeNull();
    } finally {
      await drop();
    }
  });
});
