import { setTimeout } from "node:timers/promises";
import { Client, DatabaseError } from "pg";
import { quoteIdentifier, quoteLiteral } from "../../names/identifiers.ts";
import { clientConfig } from "../connection/client-config.ts";
import { connectPatiently } from "../connection/connect-patiently.ts";
import { toConnectionFailure } from "../failures/connection-failure.ts";
import type { ServerAddress } from "../settings/server-address.ts";

/** A connection that shows the others that the server is in use. */
export interface Keeper {
  processId: number;
  /** PostgreSQL's version as text: `18.4`. */
  version: string;
  close(): Promise<void>;
}

/** Connects and stays connected; makes the address's database when it does not exist yet. */
export async function openKeeper(address: ServerAddress): Promise<Keeper> {
  try {
    return await connectPatiently(() => keep(address));
  } catch (error) {
    if (!(error instanceof DatabaseError && error.code === "3D000")) {
      const description = "the embedded server";
      throw toConnectionFailure(error, { address, description, source: "embedded" });
    }
    await createDatabase(address);
    return await keep(address);
  }
}

/**
 * Counts the clients of the server, apart from the given processes. Those that have just left are still listed for a
 * moment, longer on a busy machine: so clients are counted only when they are there for `momentMillis`.
 */
export async function countOthers(
  address: ServerAddress,
  processIds: number[],
  momentMillis = 1_000,
): Promise<number> {
  const client = await connect({ ...address, database: "postgres" });
  const countNow = async () => {
    const { rows } = await client.query({
      text: `
        select count(*)
        from pg_stat_activity
        where backend_type = 'client backend'
          and pid <> pg_backend_pid()
          and pid not in (select json_array_elements_text($1)::int)`,
      values: [JSON.stringify(processIds)],
      rowMode: "array",
    });
    return Number(rows[0]?.[0] ?? 0);
  };
  try {
    for (const deadline = Date.now() + momentMillis; ; await setTimeout(20)) {
      const count = await countNow();
      if (count === 0 || Date.now() >= deadline) return count;
    }
  } finally {
    await client.end();
  }
}

/** Gives the superuser a password, which TCP connections ask for. */
export async function setPassword(address: ServerAddress, password: string): Promise<void> {
  const client = await connect(address);
  try {
    await client.query(
      `alter role ${quoteIdentifier(address.user)} password ${quoteLiteral(password)}`,
    );
  } finally {
    await client.end();
  }
}

async function keep(address: ServerAddress): Promise<Keeper> {
  const client = await connect(address);
  const { rows } = await client.query({
    text: "select pg_backend_pid(), current_setting('server_version')",
    rowMode: "array",
  });
  const [processId, version] = (rows[0] ?? []) as string[];
  return { processId: Number(processId), version: version ?? "", close: () => client.end() };
}

async function connect(address: ServerAddress): Promise<Client> {
  const client = new Client(clientConfig(address, "dataform-postgres keeper"));
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

async function createDatabase(address: ServerAddress): Promise<void> {
  const client = await connect({ ...address, database: "postgres" });
  try {
    await client.query(`create database ${quoteIdentifier(address.database)}`);
  } finally {
    await client.end();
  }
}
