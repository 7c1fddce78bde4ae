import { appendFileSync, chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { type EmbeddedServer, startEmbedded } from "../../runner/database/embedded-lease.ts";

/** A folder for the tests of one file that the server's account can enter; removed at the end. */
export function sharedTemporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "dataform-test-"));
  chmodSync(folder, 0o755);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** How a server differs from the product's. */
export interface OwnServerOptions {
  /** Lines for postgresql.conf. */
  settings?: string;
  /** Lines of pg_hba.conf; they follow one that lets the launcher in as the superuser. */
  hostRules?: string;
  /** Changes the data folder while the server is stopped. */
  prepare?: (dataFolder: string) => void;
}

/** Starts a server of its own until the end of the file's tests. */
export async function startOwnServer(
  folder: string,
  { settings = "", hostRules = "", prepare }: OwnServerOptions,
): Promise<EmbeddedServer> {
  const { dataFolder, stop } = await startEmbedded({ folder });
  await stop();
  appendFileSync(join(dataFolder, "postgresql.conf"), settings);
  writeFileSync(join(dataFolder, "pg_hba.conf"), `local all postgres trust\n${hostRules}\n`);
  prepare?.(dataFolder);
  const server = await startEmbedded({ folder });
  afterAll(() => server.stop());
  return server;
}
