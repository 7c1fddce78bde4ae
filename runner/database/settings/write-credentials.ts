import { randomUUID } from "node:crypto";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { RunnerError } from "../../errors.ts";
import type { ServerAddress } from "./server-address.ts";

/**
 * Writes a credentials file that `readCredentialsFile` reads, whole or not at all; only its owner
 * may read it.
 */
export function writeCredentialsFile(path: string, address: ServerAddress): void {
  const { host, port, user, password, database, tls } = address;
  const fields = {
    ...{ host, port, username: user, password, databaseName: database },
    ...(host.startsWith("/") ? {} : { sslmode: tls.mode }),
    ...certificatesOf(tls.ssl),
  };
  const stage = join(dirname(path), `.${randomUUID()}.tmp`);
  try {
    writeFileSync(stage, `${JSON.stringify(fields, null, 2)}\n`, { flag: "wx", mode: 0o600 });
    renameSync(stage, path);
  } catch (cause) {
    throw new RunnerError("USAGE", `${path} cannot be written`, { cause });
  } finally {
    rmSync(stage, { force: true });
  }
}

function certificatesOf(ssl: ServerAddress["tls"]["ssl"]): object {
  if (ssl === false) return {};
  const { ca, cert, key } = ssl;
  return ca || cert || key ? { ssl: { ca, cert, key } } : {};
}
