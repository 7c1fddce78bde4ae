import type { ClientBase } from "pg";

/** What a new connection says about itself. */
export interface ConnectionFacts {
  /** Server process of this connection; behind a pooler it is not the one that the driver was told. */
  processId: number;
  /** As an integer: 150018, 180004. */
  serverVersion: number;
  /** As PostgreSQL shows it: `18.4`. */
  serverVersionName: string;
  /** Time limits that nobody had chosen for this connection, so that ours apply. */
  ownLimits: string[];
}

/**
 * Gives a new connection the settings that every session of the runner has, in one round trip, and
 * returns what the server says about itself. Changes nothing and returns undefined when the server
 * process is not the expected one: settings would then reach the sessions of others.
 */
export async function configureSession(
  client: ClientBase,
  processId: number,
): Promise<ConnectionFacts | undefined> {
  return await configure(client, processId, [], limitsWhereUnset);
}

/**
 * Takes away everything that a session has left on its connection (transaction, locks, temporary
 * tables, changed settings), so that the next one starts as the first did. One round trip. Throws
 * when that cannot be done.
 */
export async function resetSession(
  client: ClientBase,
  { processId, ownLimits }: ConnectionFacts,
): Promise<void> {
  const isIdle = client.getTransactionStatus() === "I";
  const first = isIdle ? leftovers : ["rollback", ...leftovers];
  const known = `'${ownLimits.join(",")}' ${ownLimits.map((name) => `, ${change(name, limits[name])}`).join("")}`;
  const facts = await configure(client, processId, first, known);
  if (facts === undefined) throw new Error("the connection has another server process by now");
}

// `pg_temp` last: otherwise a temporary table hides a real one of the same name. The formats are
// set because a role or a database may carry others, and rows are passed on in PostgreSQL's text.
const settings = {
  search_path: "public, pg_temp",
  timezone: "UTC",
  client_min_messages: "warning",
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

// What was chosen for the server, the database, the role or this connection stays as it is.
const limits: Record<string, string | undefined> = {
  lock_timeout: "10s",
  idle_in_transaction_session_timeout: "5min",
};

// To look into pg_settings takes longer than all the rest: only a new connection does.
const limitsWhereUnset = `(
  select string_agg(name, ',' order by set_config(name, value, false))
  from (values ${Object.entries(limits)
    .map(([name, value]) => `('${name}', '${value}')`)
    .join(", ")}) as limits (name, value)
  join pg_settings using (name)
  where source = 'default')`;

// Unknown before PostgreSQL 14, which is reported later. The first ends the statement of a killed
// client within a second instead of letting it run and commit; servers on some operating systems
// cannot look at a busy socket and refuse the value.
const optionalSettings = { client_connection_check_interval: "1s", idle_session_timeout: "0" };

function change(name: string, value: string | undefined): string {
  return `set_config('${name}', '${value}', false)`;
}

// One statement for all: a connection is set up anew for every action of a run.
function settingsQuery(wanted: Record<string, string>, limitsOfOurs: string): string {
  const changes = Object.entries(wanted).map(([name, value]) => change(name, value));
  return `
    select
      pg_backend_pid(),
      current_setting('server_version_num'),
      current_setting('server_version'),
      ${limitsOfOurs},
      ${changes.join(", ")}`;
}

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

async function configure(
  client: ClientBase,
  processId: number,
  first: string[],
  limitsOfOurs: string,
): Promise<ConnectionFacts | undefined> {
  const send = (wanted: Record<string, string>) => {
    const query = settingsQuery(wanted, limitsOfOurs);
    return sendSettings(client, [...first, `${query} where pg_backend_pid() = ${processId}`]);
  };
  try {
    return await send({ ...settings, ...optionalSettings });
  } catch (error) {
    if (!isRefusedSetting(error)) throw error;
    return await send(settings);
  }
}

async function sendSettings(
  client: ClientBase,
  statements: string[],
): Promise<ConnectionFacts | undefined> {
  const results: unknown = await client.query({ text: statements.join("; "), rowMode: "array" });
  const last = (Array.isArray(results) ? results.at(-1) : results) as { rows: (string | null)[][] };
  if (last.rows[0] === undefined) return undefined;
  const [processId, serverVersion, serverVersionName, ownLimits] = last.rows[0];
  return {
    processId: Number(processId),
    serverVersion: Number(serverVersion),
    serverVersionName: serverVersionName?.split(" ")[0] ?? "",
    ownLimits: (ownLimits ?? "").split(",").filter((name) => name !== ""),
  };
}

function isRefusedSetting(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === "22023" || code === "42704";
}
