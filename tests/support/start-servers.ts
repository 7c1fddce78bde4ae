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
import type { TestProject } from "vitest/node";
import type { Binaries } from "../../runner/database/embedded/binaries.ts";
import { startEmbedded } from "../../runner/database/embedded/embedded-lease.ts";
import { findPostmaster, stopPostmaster } from "../../runner/database/embedded/postmaster.ts";
import { isRunning, startOf } from "../../runner/database/embedded/process-identity.ts";
import { buildPackage } from "./build-package.ts";
import { removeTemplates } from "./template-database.ts";
import { testBinaries } from "./test-binaries.ts";
import { databaseNamed, type TestServer } from "./test-database.ts";

declare module "vitest" {
  interface ProvidedContext {
    servers: TestServer[];
    /** The package as it is published: `bin/dataform.js` in it starts what esbuild made of the source. */
    packageFolder: string;
    /** What `compileOnce` keeps. */
    compiledFolder: string;
  }
}

const prefix = "dataform-servers-";
const versions = ["18", "15"];

/** What the tests of all folders share. */
interface Started {
  servers: TestServer[];
  packageFolder: string;
  compiledFolder: string;
  stopAll: () => Promise<void>;
}

/** Vitest loads this module once for each folder of tests. */
const ofThisProcess: typeof globalThis & { started?: Promise<Started>; users?: number } =
  globalThis;

/** Starts the servers that the tests run on, once for all folders; vitest calls what it returns at the end of each. */
export default async function startServers(project: TestProject): Promise<() => Promise<void>> {
  ofThisProcess.started ??= startAll();
  ofThisProcess.users = (ofThisProcess.users ?? 0) + 1;
  const { servers, packageFolder, compiledFolder, stopAll } = await ofThisProcess.started;
  project.provide("packageFolder", packageFolder);
  project.provide("compiledFolder", compiledFolder);
  project.provide("servers", servers);
  return async () => {
    ofThisProcess.users = (ofThisProcess.users ?? 0) - 1;
    if (ofThisProcess.users > 0) return;
    delete ofThisProcess.started;
    await stopAll();
  };
}

async function startAll(): Promise<Started> {
  await removeAbandoned();
  const folder = mkdtempSync(join(tmpdir(), prefix));
  // As root the servers run under another account, which has to get in.
  chmodSync(folder, 0o755);
  writeFileSync(join(folder, "owner"), `${process.pid} ${startOf(process.pid)}`);
  const starts = await Promise.allSettled(
    testBinaries().map((binaries) => startServer(join(folder, `${binaries.major}`), binaries)),
  );
  const started = starts.flatMap((start) => (start.status === "fulfilled" ? [start.value] : []));
  const compiledFolder = join(folder, "compiled");
  const stopAll = async () => {
    for (const server of serversOfEnvironment()) await removeTemplates(server, compiledFolder);
    await Promise.all(started.map(({ stop }) => stop()));
    rmSync(folder, { recursive: true, force: true });
  };
  const failure = starts.find((start) => start.status === "rejected");
  if (failure !== undefined) {
    await stopAll();
    throw failure.reason;
  }
  const packageFolder = await buildPackage(join(folder, "package"));
  mkdirSync(compiledFolder);
  const servers = [...started.map(({ server }) => server), ...serversOfEnvironment()];
  return { servers, packageFolder, compiledFolder, stopAll };
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

async function startServer(folder: string, binaries: Binaries) {
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
