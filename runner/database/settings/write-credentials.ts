import { randomUUID } from "node:crypto";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { RunnerError } from "../../errors.ts";
import { defaultConnectTimeoutMillis, type ServerAddress } from "./server-address.ts";

/**
 * Takes an address and returns the text of a credentials file that `readCredentialsFile` reads. `file` is its
 * name in messages. Throws USAGE for an address with a part that such a file cannot hold: what reads the file
 * would connect otherwise.
 */
export function credentialsText(address: ServerAddress, file: string): string {
  refuseLost(address, file);
  const { host, port, user, password, database, tls } = address;
  const fields = {
    ...{ host, port, username: user, password, databaseName: database },
    ...(host.startsWith("/") ? {} : { sslmode: tls.mode }),
    ...certificatesOf(tls.ssl),
  };
  return `${JSON.stringify(fields, null, 2)}\n`;
}

/** Writes a credentials file, whole or not at all; only its owner may read it. */
export function writeCredentialsFile(path: string, text: string): void {
  const stage = join(dirname(path), `.${randomUUID()}.tmp`);
  try {
    writeFileSync(stage, text, { flag: "wx", mode: 0o600 });
    renameSync(stage, path);
  } catch (cause) {
    throw new RunnerError("USAGE", `${path} cannot be written`, { cause });
  } finally {
    rmSync(stage, { force: true });
  }
}

function refuseLost({ options, connectTimeoutMillis, tls }: ServerAddress, file: string): void {
  const parts: [boolean, string][] = [
    [options !== undefined, "options"],
    [tls.channelBinding === true, "channel_binding"],
    [tls.direct === true, "sslnegotiation"],
    [tls.ssl !== false && tls.ssl.servername !== undefined, "hostaddr beside host"],
    [connectTimeoutMillis !== defaultConnectTimeoutMillis, "connect_timeout"],
  ];
  const lost = parts.flatMap(([isSet, name]) => (isSet ? name : []));
  if (lost.length === 0) return;
  throw new RunnerError("USAGE", `${file} cannot hold ${lost.join(", ")} of this connection`, {
    hint:
      "keep DATABASE_URL, in the environment or in the .env of the project, or leave these out; " +
      "PGOPTIONS, PGTZ, PGDATESTYLE and the other PG* variables set them too",
  });
}

function certificatesOf(ssl: ServerAddress["tls"]["ssl"]): object {
  if (ssl === false) return {};
  const { ca, cert, key } = ssl;
  return ca || cert || key ? { ssl: { ca, cert, key } } : {};
}
