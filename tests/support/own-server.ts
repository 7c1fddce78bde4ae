import { appendFileSync, chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EmbeddedServer, startEmbedded } from "../../runner/database/embedded-lease.ts";

/** How a server differs from the product's. */
export interface OwnServerOptions {
  /** Lines for postgresql.conf. */
  settings?: string;
  /** Lines of pg_hba.conf; they follow one that lets the launcher in as the superuser. */
  hostRules?: string;
  /** Changes the data folder while the server is stopped. */
  prepare?: (dataFolder: string) => void;
}

/** A server of its own and how to get rid of it. */
export interface OwnServer extends EmbeddedServer {
  remove(): Promise<void>;
}

/** Starts a server of its own, for `beforeAll`; `remove` belongs into its clean-up. */
export async function startOwnServer(options: OwnServerOptions): Promise<OwnServer> {
  const folder = sharedTemporaryFolder();
  const { dataFolder, stop } = await startEmbedded({ folder });
  await stop();
  const { settings = "", hostRules = "" } = options;
  appendFileSync(join(dataFolder, "postgresql.conf"), settings);
  writeFileSync(join(dataFolder, "pg_hba.conf"), `local all postgres trust\n${hostRules}\n`);
  options.prepare?.(dataFolder);
  const server = await startEmbedded({ folder });
  const remove = async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  };
  return { ...server, remove };
}

/** Makes a temporary folder that the server's account can enter. */
export function sharedTemporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "dataform-test-"));
  chmodSync(folder, 0o755);
  return folder;
}
