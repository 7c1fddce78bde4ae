import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { startEmbedded } from "../../../runner/database/embedded/embedded-lease.ts";
import { openUrl } from "../../support/opened-database.ts";
import { dataform, quickNpx, repository, runCommand } from "../../support/run-command.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { testBinaries } from "../../support/test-binaries.ts";
import { anyServer, createDatabase } from "../../support/test-database.ts";

const files = {
  "a.sqlx": 'config { type: "incremental", uniqueKey: ["id"] }\nselect 1 as id',
  "b.sqlx": `config { type: "view" }\nselect * from \${ref("a")}`,
};

/** A project whose embedded server is stopped when the test ends; its data may stand elsewhere. */
function embeddedProject() {
  const { folder } = temporaryProject(files);
  onTestFinished(async () => void (await run("db", "stop")));
  const run = (...args: string[]) => dataform(args, { cwd: folder });
  const ask = async (sql: string) => (await run("query", "--format", "csv", sql)).stdout;
  return { folder, run, ask, before: () => oldData(folder) };
}

const oldData = (folder: string) =>
  readdirSync(join(folder, ".dataform")).filter((name) => name.startsWith("postgres-before-"));

it("backs up the embedded database, and puts it back, also on a server", async () => {
  const { folder, run, ask, before } = embeddedProject();
  expect((await run("run")).exitCode).toBe(0);
  await run("query", "create role dashboard; grant select on shop.a to dashboard");
  const dump = await run("db", "dump", "backup.sql.gz");
  expect(dump.stdout).toMatch(/^written {2}.*backup\.sql\.gz: \d+ tables, \d+ rows of embedded/);
  expect(statSync(join(folder, "backup.sql.gz")).mode & 0o777).toBe(0o600);
  const again = await run("db", "dump", "backup.sql.gz");
  expect(again.exitCode).toBe(2);
  expect(again.stderr).toContain("is there already, and this replaces it; nothing was done");
  expect((await run("db", "dump", "backup.sql.gz", "--yes")).exitCode).toBe(0);

  await run("query", "insert into shop.a values (2)");
  const refused = await run("db", "restore", "backup.sql.gz");
  expect(refused.exitCode).toBe(2);
  expect(refused.stderr).toContain("in the place of the embedded database");
  writeFileSync(join(folder, "half.sql.gz"), readFileSync(join(folder, "backup.sql.gz")));
  truncateSync(join(folder, "half.sql.gz"), 1000);
  const half = await run("db", "restore", "half.sql.gz", "--yes");
  expect(half.exitCode, half.stderr).toBe(2);
  expect(half.stderr).toContain("damaged");
  expect(await ask("select count(*) from shop.a")).toBe("count\n2\n");
  expect(before()).toEqual([]);

  const restored = await run("db", "restore", "backup.sql.gz", "--yes");
  expect(restored.exitCode, restored.stderr).toBe(0);
  expect(restored.stdout).toMatch(/^restored {2}.*\nkept {2}.*postgres-before-/);
  expect(before()).toHaveLength(1);
  const readable = "select has_table_privilege('dashboard', 'shop.a', 'select') as reads";
  expect(await ask(`${readable}, count(*) from shop.b`)).toBe("reads,count\nt,1\n");
  expect((await run("run")).stdout).toContain("Run successful");
  expect((await run("audit")).exitCode).toBe(0);

  const [server] = anyServer();
  if (!server) throw new Error("no test server");
  const { url, drop } = await createDatabase(server);
  onTestFinished(drop);
  const onServer = (...args: string[]) =>
    dataform(args, { cwd: folder, env: { DATABASE_URL: url } });
  const moved = await onServer("db", "restore", "backup.sql.gz");
  expect(moved.exitCode, moved.stderr).toBe(0);
  expect((await onServer("run")).stdout).toContain("Run successful");
  const twice = await onServer("db", "restore", "backup.sql.gz");
  expect(twice.exitCode).toBe(2);
  expect(twice.stderr).toContain("the database is not empty");
  expect((await run("db", "restore", "nowhere.sql")).exitCode).toBe(2);
  expect((await run("db", "dump")).stderr).toContain("which file?");
});

/** The two lines of docs/embedded.md that move data of PostgreSQL 15, for this machine's platform. */
function documentedUpgrade(): [string, string] {
  const page = readFileSync(join(repository, "docs/embedded.md"), "utf8");
  const [, install, upgrade] = /^(npm install .*)\n(npx dataform db upgrade .*)$/m.exec(page) ?? [];
  if (!install || !upgrade) throw new Error("docs/embedded.md does not say how to upgrade");
  return [install.replace("linux-x64", `${process.platform}-${process.arch}`), upgrade];
}

/** Without a registry, the package that the line would install is linked from this repository. */
async function installPrograms(line: string, folder: string): Promise<void> {
  const env = { npm_config_prefer_offline: "true", npm_config_fetch_retries: "0" };
  const { exitCode, stderr } = await runCommand("bash", ["-c", line], { cwd: folder, env });
  if (exitCode === 0) return;
  expect(stderr).toMatch(/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|network/);
  process.stderr.write(`no registry: what "${line}" installs is taken from this repository\n`);
  const programs = testBinaries().find(({ major }) => major === 15)?.folder;
  mkdirSync(join(folder, "node_modules"), { recursive: true });
  symlinkSync(join(programs ?? "", ".."), join(folder, "node_modules/postgres-15"));
}

it("moves data of PostgreSQL 15 to 18, with roles and other databases, also after a kill", async () => {
  const { folder, run, ask, before } = embeddedProject();
  const old = testBinaries().find(({ major }) => major === 15);
  if (!old) throw new Error("there are no programs of PostgreSQL 15");
  const server = await startEmbedded({ folder: join(folder, ".dataform"), binaries: old });
  const url = `postgres://postgres@/dataform?host=${encodeURIComponent(server.socketFolder)}`;
  const database = await openUrl(url);
  await database.query(`
    create role dashboard login password 'secret';
    create schema shop authorization dashboard;
    create table shop.sources (id int primary key);
    insert into shop.sources select generate_series(1, 1000);
    grant select on shop.sources to dashboard`);
  await database.query(
    "create database other owner dashboard template template0 encoding 'LATIN1'",
  );
  await database.query("revoke connect on database other from public");
  await database.close();
  await server.stop();

  const stale = await run("run");
  expect(stale.exitCode).toBe(4);
  expect(stale.stderr).toContain("dataform db upgrade");
  expect((await run("db", "upgrade")).stderr).toContain("keeps the old ones beside them; nothing");
  const without = await run("db", "upgrade", "--yes");
  expect(without.stderr).toContain(
    "the programs of PostgreSQL 15, which made the data, are not in",
  );

  const [install, upgrade] = documentedUpgrade();
  await installPrograms(install, folder);
  const killed = await dataform(["db", "upgrade", "--from", "postgres-15", "--yes"], {
    cwd: folder,
    onStart: (kill) => setTimeout(() => kill("SIGKILL"), 1500),
  });
  expect([null, 0]).toContain(killed.exitCode);
  const done = await runCommand("bash", ["-c", upgrade], { cwd: folder, env: quickNpx() });
  expect(done.exitCode, done.stderr).toBe(0);
  expect(before()).toHaveLength(1);
  expect(await ask("select count(*), sum(id) from shop.sources")).toBe("count,sum\n1000,500500\n");
  expect(
    await ask(`select nspowner::regrole, rolpassword like 'SCRAM%' as kept,
      has_table_privilege('dashboard', 'shop.sources', 'select') as reads,
      (select datdba::regrole from pg_database where datname = 'other') as other,
      (select pg_encoding_to_char(encoding) from pg_database where datname = 'other') as encoding,
      has_database_privilege('public', 'other', 'connect') as anybody
      from pg_namespace inner join pg_authid on rolname = 'dashboard' where nspname = 'shop'`),
  ).toBe("nspowner,kept,reads,other,encoding,anybody\ndashboard,t,t,dashboard,LATIN1,f\n");
  expect((await run("run")).stdout).toContain("Run successful");
  expect((await run("db", "upgrade", "--yes")).stdout).toContain("nothing to do");
  expect(existsSync(join(folder, ".dataform/postgres-new"))).toBe(false);
});

it("takes whole new data when it was killed before they were in their place", async () => {
  const { folder, run, ask } = embeddedProject();
  await run("query", "create table kept (id int)");
  const place = join(folder, ".dataform");
  mkdirSync(join(place, "postgres-whole"));
  renameSync(join(place, "postgres"), join(place, "postgres-whole/postgres"));
  expect(await ask("select count(*) from kept")).toBe("count\n0\n");
  expect(existsSync(join(place, "postgres-whole"))).toBe(false);
});
