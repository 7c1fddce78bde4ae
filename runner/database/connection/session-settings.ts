import type { ClientBase } from "pg";
import { authorSettings, settingsOfConnection } from "./author-settings.ts";
import { inPipeline } from "./pipeline.ts";
import { forgetPrepared, sendTogether } from "./send-together.ts";
import { keptSettings, ownMeaning, type Settings, valuesOf } from "./settings-switch.ts";

/** What a new connection says about itself. */
export interface ConnectionFacts {
  /**
   * Server process of this connection; behind a pooler it differs from the number that the driver
   * got.
   */
  processId: number;
  /** As an integer: 150018, 180004. */
  serverVersion: number;
  /** As PostgreSQL shows it: `18.4`. */
  serverVersionName: string;
  /** Whether the server has Citus loaded. */
  hasCitus: boolean;
  /** The settings of `whereUnset` that nobody has made for this connection, so that the runner's apply. */
  ownValues: string[];
  /** What an author's statements start with. */
  author: Settings;
  /** The values of `keptSettings`. */
  kept: Settings;
}

/**
 * Gives a new connection the settings of the runner's own SQL in one round trip, and returns the
 * server's facts. When the server process is not the expected one, it changes nothing and returns
 * undefined, because the settings would reach sessions of others.
 */
export async function configureSession(
  client: ClientBase,
  processId: number,
): Promise<ConnectionFacts | undefined> {
  const answer = await configure(client, processId, [settingsOfConnection], setWhereUnset);
  if (answer === undefined) return undefined;
  const [pid, version, versionName, ownValues, citus] = answer.last;
  return {
    processId: Number(pid),
    serverVersion: Number(version),
    hasCitus: citus !== null,
    serverVersionName: versionName?.split(" ")[0] ?? "",
    ownValues: (ownValues ?? "").split(",").filter((name) => name !== ""),
    author: authorSettings(answer.rows),
    kept: valuesOf(keptSettings, answer.last.slice(-keptSettings.length)),
  };
}

/**
 * Takes away everything that a session has left on its connection (transaction, locks, temporary
 * tables, changed settings), so that the next one starts as the first did. One round trip. Throws
 * when that cannot be done. `isCommitting`: the end of the transaction was sent right before.
 */
export async function resetSession(
  client: ClientBase,
  { processId, ownValues, hasStatements }: ConnectionFacts & { hasStatements?: boolean },
  isCommitting = false,
): Promise<void> {
  const isIdle = isCommitting || client.getTransactionStatus() === "I";
  const first = [
    ...(isIdle ? [] : ["rollback"]),
    ...leftovers,
    // What the runner keeps prepared stays.
    ...(hasStatements ? [deallocate] : []),
  ];
  if (hasStatements) forgetPrepared(client);
  // What the session has written is counted before another one looks (`execute/proofs/`).
  const known = [
    "pg_catalog.pg_stat_force_next_flush()",
    ...ownValues.map((name) => change(name, whereUnset[name])),
  ].join(", ");
  const answer = await configureAgain(client, processId, first, known);
  if (answer === undefined) throw new Error("the connection has another server process by now");
  if (answer.at(-1) !== "t") return;
  forgetPrepared(client);
  await client.query(deallocate);
}

const settings = {
  ...ownMeaning,
  client_min_messages: "warning",
  // Frees the locks of a machine that vanished within a minute.
  tcp_keepalives_idle: "30",
  tcp_keepalives_interval: "10",
  tcp_keepalives_count: "3",
};

// Settings that were made for the server, the database, the role or this connection are kept.
const whereUnset: Record<string, string | undefined> = {
  lock_timeout: "10s",
  idle_in_transaction_session_timeout: "5min",
  // With the defaults, which are for many small queries, to sort and join the rows of a model goes
  // through temporary files.
  work_mem: "64MB",
  maintenance_work_mem: "128MB",
  // A model's query is long and runs once: to compile its expressions takes longer than to run it.
  jit: "off",
};

// To look into pg_settings takes longer than all the rest: only a new connection does. Everything
// says where it stands: until this is done, names are looked up in schemas that others may write to.
const setWhereUnset = `(
  select pg_catalog.string_agg(name, ',' order by pg_catalog.set_config(name, value, false))
  from (values ${Object.entries(whereUnset)
    .map(([name, value]) => `('${name}', '${value}')`)
    .join(", ")}) as wanted (name, value)
  where exists (
    select from pg_catalog.pg_settings as s
    where s.name operator(pg_catalog.=) wanted.name and s.source operator(pg_catalog.=) 'default'))`;

// Unknown before PostgreSQL 14, which is reported later. The first ends the statement of a killed
// client at once instead of letting it run and commit; servers on some operating systems
// cannot look at a busy socket and refuse the value.
const optionalSettings = { client_connection_check_interval: "100ms", idle_session_timeout: "0" };

function change(name: string, value: string | undefined): string {
  return `pg_catalog.set_config('${name}', '${value}', false)`;
}

// One statement for all: a connection is set up anew for every action of a run.
function settingsQuery(wanted: Settings, valuesOfOurs: string, more: readonly string[]): string {
  const changes = Object.entries(wanted).map(([name, value]) => change(name, value));
  return `
    select
      pg_catalog.pg_backend_pid(),
      pg_catalog.current_setting('server_version_num'),
      pg_catalog.current_setting('server_version'),
      ${valuesOfOurs},
      pg_catalog.current_setting('citus.version', true),
      ${[...changes, ...more].join(", ")}`;
}

// `discard all` would have to be sent as a separate message. Resetting the session authorization
// also ends a role that was set for the user.
const leftovers = [
  "close all",
  "set session authorization default",
  "reset role",
  "reset all",
  "unlisten *",
  "select pg_catalog.pg_advisory_unlock_all()",
  "discard temp",
  "discard sequences",
];

const deallocate = "deallocate all";
// A function of an author may have prepared some.
const hasPrepared = "exists (select from pg_catalog.pg_prepared_statements where from_sql)";

const kept = keptSettings.map((name) => `pg_catalog.current_setting('${name}', true)`);

type Rows = (string | null)[][];

/** Sends `first`, then the settings; gives the rows of the first of these statements and the last row. */
async function configure(
  client: ClientBase,
  processId: number,
  first: string[],
  valuesOfOurs: string,
): Promise<{ rows: Rows; last: (string | null)[] } | undefined> {
  return withoutRefused(async (wanted) => {
    const own = guarded(settingsQuery(wanted, valuesOfOurs, kept), processId);
    const text = [...first, own].join("; ");
    const results: unknown = await client.query({ text, rowMode: "array" });
    const answers = results as { rows: Rows }[];
    const last = answers.at(-1)?.rows[0];
    return last && { rows: answers[0]?.rows ?? [], last };
  });
}

/** The same on a connection that has the settings already, which keeps the query prepared; gives its row. */
function configureAgain(
  client: ClientBase,
  processId: number,
  first: string[],
  valuesOfOurs: string,
): Promise<(string | null)[] | undefined> {
  return withoutRefused((wanted) =>
    inPipeline(client, async () => {
      const cleaning = client.query(first.join("; "));
      // When the transaction before it was not ended, both fail.
      cleaning.catch(() => undefined);
      const text = againText(client, processId, wanted, valuesOfOurs);
      const answer = await sendTogether(client, [{ text, isKept: true }]);
      await cleaning;
      if (answer.error) throw answer.error;
      return answer.results[0]?.rows[0] as (string | null)[] | undefined;
    }),
  );
}

const againTexts = new WeakMap<ClientBase, { made: string; text: string }>();

/** Long, and asked after each action: made once for each connection, and forgotten with it. */
function againText(
  client: ClientBase,
  processId: number,
  wanted: Settings,
  valuesOfOurs: string,
): string {
  const made = `${processId} ${Object.keys(wanted).join()} ${valuesOfOurs}`;
  const known = againTexts.get(client);
  if (known?.made === made) return known.text;
  const text = guarded(settingsQuery(wanted, valuesOfOurs, [hasPrepared]), processId);
  againTexts.set(client, { made, text });
  return text;
}

function guarded(query: string, processId: number): string {
  return `${query} where pg_catalog.pg_backend_pid() operator(pg_catalog.=) ${processId}`;
}

async function withoutRefused<T>(send: (wanted: Settings) => Promise<T>): Promise<T> {
  try {
    return await send({ ...settings, ...optionalSettings });
  } catch (error) {
    if (!isRefusedSetting(error)) throw error;
    return await send(settings);
  }
}

function isRefusedSetting(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === "22023" || code === "42704";
}
