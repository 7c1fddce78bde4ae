import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type OwnServer, startOwnServer } from "../support/own-server.ts";
import { dataform, repository } from "../support/run-command.ts";
import { temporaryProject } from "../support/temporary-project.ts";
import { testBinaries } from "../support/test-binaries.ts";
import { createDatabase } from "../support/test-database.ts";
import { until, watchServer } from "../support/watch-server.ts";
import { within } from "./fault-bench.ts";

const documented = readFileSync(join(repository, "docs/resume.md"), "utf8");
const [, namelessFiles = ""] = /```sql\n(select name, size[\s\S]*?)```/.exec(documented) ?? [];

/** The file is written only when the rows exist and the statement is still running. */
const slowly =
  "select id, repeat('x', 1000) as filling, case when id = 5000 then pg_sleep(60)::text end as slow from generate_series(1, 6000) as id";

const asleep =
  "select pid from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'";

const ways: [what: string, sqlx: string, leavesFiles: boolean][] = [
  ["a stage", `config { type: "table" }\n${slowly}`, false],
  ["a new table", `config { type: "operations" }\ncreate table public.filled as ${slowly}`, true],
  ["a materialized view", `config { type: "view", materialized: true }\n${slowly}`, true],
];

describe.each(testBinaries())("after a crash of PostgreSQL $major", (binaries) => {
  let own: OwnServer;
  let server: { name: string; url: string };

  beforeAll(async () => {
    own = await startOwnServer({ binaries, settings: "fsync = off\n" });
    server = { name: "own", url: `postgres://postgres@/postgres?host=${own.socketFolder}` };
  });
  afterAll(() => own.remove());

  it.each(ways)(
    "the files of %s are gone or found as documented",
    async (_what, sqlx, leavesFiles) => {
      const { url, drop } = await createDatabase(server);
      onTestFinished(drop);
      const ask = await watchServer(url);
      const { folder } = temporaryProject({ "slow.sqlx": sqlx });
      // Only a table that exists gets its rows by way of a stage.
      await ask("create schema shop");
      if (!leavesFiles) {
        await ask(
          "create table shop.slow as select 1 as id, ''::text as filling, ''::text as slow",
        );
      }
      const before = await filesOf(url);
      const running = dataform(["run", folder, "--action-retry-limit", "0"], {
        env: { DATABASE_URL: url },
      });
      const [[processId] = []] = await until(() => ask(asleep));
      process.kill(Number(processId), "SIGKILL");
      expect((await running).exitCode).toBe(1);
      await expect.poll(() => filesOf(url).catch(String)).toBeInstanceOf(Array);
      const left = (await filesOf(url)).filter((file) => !before.includes(file));
      const found = await within(url, async (client) => (await client.query(namelessFiles)).rows);
      const large = found.filter(({ size }) => Number(size) > 1_000_000);
      expect(large).toHaveLength(leavesFiles ? 1 : 0);
      for (const { name } of large) expect(left).toContain(name);
    },
  );

  async function filesOf(url: string): Promise<string[]> {
    const oid = "select oid from pg_database where datname = current_database()";
    const [row] = await within(url, async (client) => (await client.query(oid)).rows);
    return readdirSync(join(own.dataFolder, "base", String(row.oid)));
  }
});
