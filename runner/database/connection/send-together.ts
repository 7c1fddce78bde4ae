import { type Client, type ClientBase, Query, type QueryArrayResult } from "pg";
import { isTaken, keptPrefix } from "../failures/transient.ts";

/** A statement of a message. */
export interface Part {
  text: string;
  values?: readonly unknown[] | undefined;
  /** Whether the server keeps it prepared on this connection: for texts that are sent again and again. */
  isKept?: boolean;
}

/** The results of the statements that succeeded, and the error of the one after them. */
export interface Answers {
  results: QueryArrayResult[];
  error?: unknown;
}

/**
 * Sends statements in one message by the extended protocol, which takes exactly one statement of each text, and
 * waits once for all. The server leaves out those after a failed one.
 */
export function sendTogether(client: ClientBase, parts: readonly Part[]): Promise<Answers> {
  return new Promise((resolve) => {
    const { text = "" } = parts.at(-1) ?? {};
    const config = { text, rowMode: "array", queryMode: "extended" };
    const added: string[] = [];
    const query = new Query(config, (error: Error | null | undefined) => {
      const results = listOf(query._results).filter(({ command }) => command);
      if (error) forgetSome(client, added, error);
      resolve({ results, ...(error && { error }) });
    }) as unknown as Preparing;
    query.prepare = (connection) => {
      for (const part of parts) added.push(...send(connection, client, part));
      connection.sync();
    };
    client.query(query);
  });
}

const prepared = new WeakMap<ClientBase, Map<string, string>>();
let names = 0;

/** Databases with a function that takes prepared statements away: there nothing is kept. */
const forgetful = new Set<string>();

/** Gives the text when it was prepared now. A prepared statement is planned once, which is most of its work. */
function send(
  connection: Messages,
  client: ClientBase,
  { text, values = [], isKept }: Part,
): string[] {
  const known = isKept ? prepared.get(client)?.get(text) : undefined;
  const isNew = isKept && known === undefined && !forgetful.has(placeOf(client));
  // No name is used twice: after a failure it is not known what was prepared.
  const name = known ?? (isNew ? `${keptPrefix}${names++}` : "");
  if (known === undefined) connection.parse({ text, name });
  if (isNew) keep(client, text, name);
  connection.bind({ statement: name, values: values.map(asText) });
  connection.describe({ type: "P", name: "" });
  connection.execute({ portal: "" });
  return isNew ? [text] : [];
}

function keep(client: ClientBase, text: string, name: string): void {
  const kept = prepared.get(client) ?? new Map<string, string>();
  prepared.set(client, kept.set(text, name));
}

function asText(value: unknown): unknown {
  return typeof value === "number" || typeof value === "boolean" ? String(value) : value;
}

/** To be called when the statements that a connection keeps prepared may be gone. */
export function forgetPrepared(client: ClientBase): void {
  prepared.delete(client);
}

function forgetSome(client: ClientBase, added: readonly string[], error: unknown): void {
  for (const text of added) prepared.get(client)?.delete(text);
  if (!isTaken(error as { code?: string })) return;
  forgetful.add(placeOf(client));
  forgetPrepared(client);
}

function placeOf(client: ClientBase): string {
  const { host, port, database } = client as Client;
  return `${host}:${port}/${database}`;
}

/** The driver returns an array of results when there were several statements. */
export function listOf(results: QueryArrayResult | QueryArrayResult[]): QueryArrayResult[] {
  return Array.isArray(results) ? results : [results];
}

/** What the driver's types leave out. */
interface Preparing {
  _results: QueryArrayResult | QueryArrayResult[];
  prepare(connection: Messages): void;
  submit(): void;
}

interface Messages {
  parse(message: { text: string; name: string }): void;
  bind(message: { statement: string; values: unknown[] }): void;
  describe(message: { type: "P"; name: string }): void;
  execute(message: { portal: string }): void;
  sync(): void;
}
