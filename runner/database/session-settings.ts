import type { ClientBase } from "pg";

/** What a new connection says about itself. */
export interface ConnectionFacts {
  /** Server process of this connection; behind a pooler the driver does not know it. */
  processId: number;
  /** As an integer: 150018, 180004. */
  serverVersion: number;
  /** As PostgreSQL shows it: `18.4`. */
  serverVersionName: string;
}

/**
 * Gives a new connection the settings that every session of the runner has, in one round trip, and
 * returns what the server says about itself.
 */
export async function configureSession(client: ClientBase): Promise<ConnectionFacts> {
  return await configure(client, []);
}

/**
 * Takes away everything that a session has left on its connection (transaction, locks, temporary
 * tables, changed settings), so that the next one starts as the first did. One round trip.
 */
export async function resetSession(client: ClientBase): Promise<void> {
  const isIdle = client.getTransactionStatus() === "I";
  await configure(client, isIdle ? leftovers : ["rollback", ...leftovers]);
}

// `pg_temp` last: otherwise a temporary table hides a real one of the same name. The formats are
// set because a role or a database may carry others, and rows are passed on in PostgreSQL's text.
const settings = {
  search_path: "public, pg_temp",
  timezone: "UTC",
  client_min_messages: "warning",
  statement_timeout: "0",
  lock_timeout: "10s",
  idle_in_transaction_session_timeout: "5min",
  standard_conforming_strings: "on",
  datestyle: "ISO, MDY",
  intervalstyle: "postgres",
  bytea_output: "hex",
  extra_float_digits: "1",
  // Frees the locks of a machine that vanished within a minute.
  tcp_keepalives_idle: "30",
  tcp_keepalives_interval: "10",
  tcp_keepalives_count: "3",
};

// Unknown before PostgreSQL 14, which is reported later. The first ends the statement of a killed
// client within a second instead of letting it run and commit; servers on some operating systems
// cannot look at a busy socket and refuse the value.
const optionalSettings = { client_connection_check_interval: "1s", idle_session_timeout: "0" };

// One statement for all: a connection is set up anew for every action of a run.
function settingsQuery(wanted: Record<string, string>): string {
  const changes = Object.entries(wanted).map(
    ([name, value]) => `set_config('${name}', '${value}', false)`,
  );
  return `
    select
      pg_backend_pid(),
      current_setting('server_version_num'),
      current_setting('server_version'),
      ${changes.join(", ")}`;
}

const allSettings = settingsQuery({ ...settings, ...optionalSettings });
const commonSettings = settingsQuery(settings);

// `discard all` would have to be a message of its own.
const leftovers = [
  "close all",
  "set session authorization default",
  "reset all",
  "deallocate all",
  "unlisten *",
  "select pg_advisory_unlock_all()",
  "discard temp",
  "discard sequences",
];

async function configure(client: ClientBase, first: string[]): Promise<ConnectionFacts> {
  try {
    return await sendSettings(client, [...first, allSettings]);
  } catch (error) {
    if (!isRefusedSetting(error)) throw error;
    return await sendSettings(client, [...first, commonSettings]);
  }
}

async function sendSettings(client: ClientBase, statements: string[]): Promise<ConnectionFacts> {
  const results: unknown = await client.query({ text: statements.join("; "), rowMode: "array" });
  const last = (Array.isArray(results) ? results.at(-1) : results) as { rows: string[][] };
  const [processId, serverVersion, serverVersionName] = last.rows[0] ?? [];
  return {
    processId: Number(processId),
    serverVersion: Number(serverVersion),
    serverVersionName: serverVersionName?.split(" ")[0] ?? "",
  };
}

function isRefusedSetting(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === "22023" || code === "42704";
}
