import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import type { ProvidedContext } from "vitest";
import type { TestProject } from "vitest/node";
import type { Binaries } from "../../runner/database/embedded/binaries.ts";
import { startEmbedded } from "../../runner/database/embedded/embedded-lease.ts";
import { findPostmaster, stopPostmaster } from "../../runner/database/embedded/postmaster.ts";
import { isRunning, startOf } from "../../runner/database/embedded/process-identity.ts";
import { buildPackage } from "./build-package.ts";
import { removeForgottenData } from "./forgotten-data.ts";
import { copyData } from "./made-data.ts";
import { removeDatabases } from "./template-database.ts";
import { testBinaries } from "./test-binaries.ts";
import { databaseNamed, type TestServer } from "./test-database.ts";

declare module "vitest" {
  interface ProvidedContext {
    servers: TestServer[];
    /** The package as it is published: `bin/dataform.js` in it starts what esbuild made of the source. */
    packageFolder: string;
    /** What `compileOnce` keeps. */
    compiledFolder: string;
    /** The data of new servers, by their major version (made-data.ts). */
    madeDataFolder: string;
  }
}

const prefix = "dataform-servers-";
const versions = ["18", "15"];

/** Starts the servers that the tests run on; vitest calls what it returns at the end. */
export default async function startServers(project: TestProject): Promise<() => Promise<void>> {
  const { provided, stopAll } = await startAll();
  for (const name of Object.keys(provided) as (keyof ProvidedContext)[]) {
    project.provide(name, provided[name]);
  }
  return stopAll;
}

async function startAll(): Promise<{ provided: ProvidedContext; stopAll: () => Promise<void> }> {
  await removeAbandoned();
  const folder = mkdtempSync(join(tmpdir(), prefix));
  // As root the servers run under another account, which has to get in.
  chmodSync(folder, 0o755);
  writeFileSync(join(folder, "owner"), `${process.pid} ${startOf(process.pid)}`);
  const madeDataFolder = join(folder, "made");
  mkdirSync(madeDataFolder);
  const starts = await Promise.allSettled(
    testBinaries().map((binaries) =>
      startServer(join(folder, `${binaries.major}`), {
        ...{ binaries, madeData: join(madeDataFolder, `${binaries.major}`) },
      }),
    ),
  );
  const started = starts.flatMap((start) => (start.status === "fulfilled" ? [start.value] : []));
  const compiledFolder = join(folder, "compiled");
  const stopAll = async () => {
    for (const server of serversOfEnvironment()) await removeDatabases(server, compiledFolder);
    await Promise.all(started.map(({ stop }) => stop()));
    rmSync(folder, { recursive: true, force: true });
    removeForgottenData();
  };
  const failure = starts.find((start) => start.status === "rejected");
  if (failure !== undefined) {
    await stopAll();
    throw failure.reason;
  }
  const packageFolder = await buildPackage(join(folder, "package"));
  mkdirSync(compiledFolder);
  const servers = [...started.map(({ server }) => server), ...serversOfEnvironment()];
  return { provided: { servers, packageFolder, compiledFolder, madeDataFolder }, stopAll };
}

/** A test run that was killed leaves its servers running; the next one ends them. */
async function removeAbandoned(): Promise<void> {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(prefix))) {
    const folder = join(tmpdir(), name);
    if (!isAbandoned(join(folder, "owner"))) continue;
    for (const version of versions) {
      const running = await findPostmaster(join(folder, version, "postgres"));
      if (running !== undefined) await stopPostmaster(running);
    }
    rmSync(folder, { recursive: true, force: true });
  }
}

function isAbandoned(ownerFile: string): boolean {
  if (!existsSync(ownerFile) || statSync(ownerFile).uid !== process.getuid?.()) return false;
  const [pid = "", ...start] = readFileSync(ownerFile, "utf8").split(" ");
  if (start.length === 0) return false;
  return !isRunning(Number(pid)) || startOf(Number(pid)) !== start.join(" ");
}

/** Starts a server, and leaves a copy of its data, as they are when it is new, in another folder. */
async function startServer(
  folder: string,
  { binaries, madeData }: { binaries: Binaries; madeData: string },
) {
  const made = await startEmbedded({ folder, binaries });
  await made.stop();
  copyData(made.dataFolder, madeData);
  const { socketFolder, stop } = await startEmbedded({ folder, binaries });
  const url = `postgres://postgres@/postgres?host=${socketFolder}`;
  await forgetDurability(url);
  const server = { name: `PostgreSQL ${binaries.major}`, url };
  await readCatalogue(databaseNamed(server, "template1"));
  return { server, stop };
}

/** These servers are thrown away: nothing has to reach the disk, and tests take half the time. */
async function forgetDurability(url: string): Promise<void> {
  const client = new Client(url);
  await client.connect();
  for (const setting of ["fsync", "synchronous_commit", "full_page_writes", "autovacuum"]) {
    await client.query(`alter system set ${setting} = off`);
  }
  await client.query("alter system set max_wal_size = '128MB'");
  await client.query("select pg_reload_conf()");
  await client.end();
}

/** A first connection leaves a file that copies of the database inherit; else each makes its own. */
async function readCatalogue(url: string): Promise<void> {
  const client = new Client(url);
  await client.connect();
  await client.end();
}

function serversOfEnvironment(): TestServer[] {
  const url = process.env.TEST_DATABASE_URL_NATIVE15;
  return url ? [{ name: "PostgreSQL 15 of the system", url }] : [];
}
