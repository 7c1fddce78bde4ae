import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { serverUser } from "../../runner/database/embedded/server-user.ts";
import { type DatabasePicture, pictureOf } from "../support/database-picture.ts";
import { oneByFile } from "../support/one-by-file.ts";
import { type OwnServer, startOwnServer } from "../support/own-server.ts";
import { dataform } from "../support/run-command.ts";
import { temporaryProject } from "../support/temporary-project.ts";
import { testBinaries } from "../support/test-binaries.ts";
import { createDatabase } from "../support/test-database.ts";
import { runUndisturbed, within } from "./fault-bench.ts";

// Above what the server writes besides: a segment of its log has 16 MB.
const limit = 18 * 2 ** 20;

/** `rows` rows of a little more than 1 kB; what the table `control` says is read when it runs. */
const rows = `select id, version, repeat('x', 1000) as filling
  from public.control, generate_series(1, wanted) as id`;
const table = (settings: string, query = rows) => `config { ${settings} }\n${query}`;

/** Every way to new rows, with the thousands of them before, and what makes them too many. */
const ways: [what: string, sqlx: string, before: number, grow: string][] = [
  ["a stage", table(`type: "table"`), 1, "wanted = 20000"],
  ["a table that is rewritten in place", table(`type: "table"`), 10, "version = 2"],
  [
    "a table of which some rows change",
    table(
      `type: "table", postgres: { primaryKey: "id" }`,
      rows.replace("version", "id > 13500 * version as late"),
    ),
    15,
    "version = 0",
  ],
  [
    "a new table that is swapped in",
    table(`type: "table", postgres: { replace: "swap" }`),
    1,
    "wanted = 20000",
  ],
  ["rows that are appended", table(`type: "incremental"`), 10, "version = 2"],
  ["rows that are merged", table(`type: "incremental", uniqueKey: ["id"]`), 10, "version = 2"],
  [
    "partitions that are overwritten",
    table(
      `type: "incremental", incrementalStrategy: "INSERT_OVERWRITE", bigquery: { partitionBy: "version" }`,
    ),
    10,
    "version = 1, wanted = 11000",
  ],
  ["a materialized view", table(`type: "view", materialized: true`), 1, "wanted = 20000"],
  [
    "a materialized view that is refreshed while readers go on",
    table(
      `type: "view", materialized: true, postgres: { indexes: [{ columns: ["id"], unique: true }] }`,
    ),
    10,
    "version = 2",
  ],
];

describe.each(oneByFile(testBinaries()))(
  "a disk of PostgreSQL $major that has no room for",
  (binaries) => {
    let own: OwnServer;
    let server: { name: string; url: string };

    beforeAll(async () => {
      own = await startOwnServer({ binaries, settings: "fsync = off\nautovacuum = off\n" });
      server = { name: "own", url: `postgres://postgres@/postgres?host=${own.socketFolder}` };
    });
    afterAll(() => own.remove());

    // A file that may not grow is to PostgreSQL what a full disk is, and needs no disk and no root.
    const setLimit = async (bytes: number | "unlimited") =>
      execFileSync("prlimit", ["--pid", `${await own.processId()}`, `--fsize=${bytes}:`], {
        // The server's own account may do it; root without all its powers may not.
        ...serverUser(own.dataFolder),
        cwd: "/",
      });
    const underLimit = async <T>(work: () => Promise<T>): Promise<T> => {
      await setLimit(limit);
      try {
        return await work();
      } finally {
        await setLimit("unlimited");
      }
    };

    it.runIf(hasPrlimit()).each(ways)(
      "%s leaves everything as it was",
      async (_what, sqlx, before, grow) => {
        const { url, drop } = await createDatabase(server);
        onTestFinished(drop);
        const ask = (sql: string) => within(url, async (client) => (await client.query(sql)).rows);
        await ask(`create table control as select 1 as version, ${before * 1000} as wanted`);
        const { folder } = temporaryProject({ "big.sqlx": sqlx });
        const run = () => dataform(["run", folder], { env: { DATABASE_URL: url } });
        await runUndisturbed(folder, url);
        const size = await sizeOf(url);
        const pictured = await shopOf(url);
        const identity = await ask(identityQuery);

        await ask(`update control set ${grow}`);
        const failed = await underLimit(run);
        expect(failed.exitCode, failed.stdout).toBe(1);
        expect(failed.stdout).toMatch(/could not extend file .*: File too large/);
        expect(failed.stdout).toContain("hint: Check free disk space.");
        expect(await ask(identityQuery)).toEqual(identity);
        expect(await shopOf(url)).toEqual(pictured);
        // Dead rows of an update are removed by the next vacuum, as always.
        await ask("vacuum");
        expect((await sizeOf(url)) - size).toBeLessThan(2 ** 20);

        await runUndisturbed(folder, url);
        expect(await shopOf(url)).not.toEqual(pictured);
      },
    );
  },
);

function hasPrlimit(): boolean {
  try {
    execFileSync("prlimit", ["--version"]);
    return true;
  } catch {
    return false;
  }
}

/** Relations and rows of the project; what the runner notes for itself is left out. */
async function shopOf(url: string): Promise<Pick<DatabasePicture, "rows" | "structure">> {
  const { rows, structure } = await within(url, pictureOf);
  const ofShop = <T>(all: Record<string, T>) =>
    Object.fromEntries(Object.entries(all).filter(([name]) => name.startsWith("shop.")));
  return { rows: ofShop(rows), structure: ofShop(structure) };
}

/** With the files of temporary tables and of sorting. */
async function sizeOf(url: string): Promise<number> {
  const query = `
    select (pg_database_size(current_database())
      + coalesce((select sum(size) from pg_ls_tmpdir()), 0))::float8 as size`;
  return await within(url, async (client) => (await client.query(query)).rows[0]?.size);
}

/** Not only the same rows, but the same table in the same file, whose rows were not rewritten. */
const identityQuery = `
  select pg_class.oid, relfilenode, (select string_agg(distinct xmin::text, ' ') from shop.big)
  from pg_class where oid = 'shop.big'::regclass`;
