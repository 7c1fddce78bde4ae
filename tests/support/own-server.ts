import { execFile } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { Binaries } from "../../runner/database/embedded/binaries.ts";
import { serverEnvironment } from "../../runner/database/embedded/data-folder.ts";
import {
  type EmbeddedServer,
  startEmbedded,
} from "../../runner/database/embedded/embedded-lease.ts";
import { findPostmaster, stopPostmaster } from "../../runner/database/embedded/postmaster.ts";
import { isRunning } from "../../runner/database/embedded/process-identity.ts";
import { serverUser } from "../../runner/database/embedded/server-user.ts";
import { putMadeData } from "./made-data.ts";
import { until } from "./watch-server.ts";

/** How a server differs from the product's. */
export interface OwnServerOptions {
  /** Lines for postgresql.conf. */
  settings?: string;
  /** Lines of pg_hba.conf; they follow one that lets the launcher in as the superuser. */
  hostRules?: string;
  /** Changes the data folder while the server is stopped. */
  prepare?: (dataFolder: string) => void;
  /** Programs of another version. */
  binaries?: Binaries;
}

/** A server of its own and how to get rid of it. */
export interface OwnServer extends EmbeddedServer {
  remove(): Promise<void>;
  /** Stops it as a crash would, and starts it again at the same address. */
  restartAtOnce(): Promise<void>;
  /** Returns the id of its present process. */
  processId(): Promise<number>;
}

/** Starts a server of its own, for `beforeAll`; `remove` belongs into its clean-up. */
export async function startOwnServer(options: OwnServerOptions): Promise<OwnServer> {
  const folder = sharedTemporaryFolder();
  const { settings = "", hostRules = "", binaries } = options;
  putMadeData(folder, binaries?.major);
  const start = () => startEmbedded({ folder, ...(binaries && { binaries }) });
  const dataFolder = join(folder, "postgres");
  if (!existsSync(dataFolder)) await (await start()).stop();
  appendFileSync(join(dataFolder, "postgresql.conf"), settings);
  writeFileSync(join(dataFolder, "pg_hba.conf"), `local all postgres trust\n${hostRules}\n`);
  options.prepare?.(dataFolder);
  const server = await start();
  const running = async () => (await findPostmaster(dataFolder)) ?? server;
  const stop = async () => stopPostmaster(await running());
  const remove = async () => {
    await stop();
    rmSync(folder, { recursive: true });
  };
  const restartAtOnce = () => restart(dataFolder);
  return { ...server, stop, remove, restartAtOnce, processId: async () => (await running()).pid };
}

/** Makes a temporary folder that the server's account can enter. */
export function sharedTemporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "dataform-test-"));
  chmodSync(folder, 0o755);
  return folder;
}

/**
 * Restarts it with the options of the last start. `pg_ctl` alone would do all of it, but looks for the end and for the
 * beginning of a server ten times a second only.
 */
async function restart(dataFolder: string): Promise<void> {
  const running = await findPostmaster(dataFolder);
  if (running === undefined) throw new Error(`no server runs on ${dataFolder}`);
  process.kill(running.pid, "SIGQUIT");
  await until(() => (isRunning(running.pid) ? [] : ["ended"]));
  const [, postgres = "", options = ""] =
    /^"?([^" ]+)"? (.*)/.exec(readFileSync(join(dataFolder, "postmaster.opts"), "utf8")) ?? [];
  const log = join(dataFolder, "restart.log");
  await promisify(execFile)(
    join(dirname(postgres), "pg_ctl"),
    ["start", "--no-wait", `--pgdata=${dataFolder}`, `--log=${log}`, `--options=${options}`],
    { ...serverUser(dataFolder), cwd: "/", env: serverEnvironment },
  );
  await until(async () => ((await findPostmaster(dataFolder)) ? ["ready"] : []));
}
