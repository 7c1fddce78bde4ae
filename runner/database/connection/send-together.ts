import { type Client, type ClientBase, type FieldDef, Query, type QueryArrayResult } from "pg";
import { noResult, type QueryResult } from "../database.ts";
import { isTaken, keptPrefix } from "../failures/transient.ts";

/** A statement of a message. */
export interface Part {
  text: string;
  values?: readonly unknown[] | undefined;
  /** Whether the server keeps it prepared on this connection: for texts that are sent again and again. */
  isKept?: boolean | undefined;
  /** Whether it gives no rows. */
  isLater?: boolean | undefined;
}

/** The results of the statements that succeeded, and the error of the one after them. */
export interface Answers {
  results: QueryResult[];
  error?: unknown;
}

/**
 * Sends statements in one message by the extended protocol, which takes exactly one statement of each text, and
 * waits once for all. The server leaves out those after a failed one.
 */
export function sendTogether(client: ClientBase, parts: readonly Part[]): Promise<Answers> {
  return new Promise((resolve) => {
    client.query(new Together(client, parts, resolve));
  });
}

/**
 * Statements as a query of the driver, which hands it what the server answers. The driver's own makes for each result what
 * nobody here needs, and asks what columns it has, which is known of what is kept prepared.
 */
class Together extends Query {
  readonly #client: ClientBase;
  readonly #parts: readonly Part[];
  readonly #done: (answers: Answers) => void;
  readonly #results: QueryResult[] = [];
  readonly #added: string[] = [];
  #columns: QueryResult["columns"] | undefined;
  #rows: QueryResult["rows"] = [];

  constructor(client: ClientBase, parts: readonly Part[], done: (answers: Answers) => void) {
    super({ text: parts.at(-1)?.text ?? "" });
    this.#client = client;
    this.#parts = parts;
    this.#done = done;
  }

  requiresPreparation(): boolean {
    return true;
  }

  /** All in one write: each costs as much as what it writes. */
  prepare(connection: Messages): void {
    const chunks: Buffer[] = [];
    const collecting: Messages = Object.create(connection, {
      _send: { value: (chunk: Buffer) => chunks.push(chunk) },
    });
    for (const part of this.#parts) this.#added.push(...send(collecting, this.#client, part));
    collecting.sync();
    connection._send(Buffer.concat(chunks));
  }

  handleRowDescription({ fields }: { fields: Field[] }): void {
    this.#columns = columnsOf(fields);
    const kept = this.#keptPart();
    if (kept) kept.columns = this.#columns;
  }

  handleDataRow({ fields }: { fields: (string | null)[] }): void {
    this.#rows.push(fields);
  }

  handleCommandComplete({ text }: { text: string }): void {
    const [, command = "", first, second] = tag.exec(text) ?? [];
    const count = second ?? first;
    const columns = this.#columns ?? this.#keptPart()?.columns ?? [];
    const rowCount = count === undefined ? null : Number(count);
    this.#results.push({ columns, rows: this.#rows, rowCount, command });
    this.#columns = undefined;
    this.#rows = [];
  }

  /** A text without a statement, such as a comment alone. */
  handleEmptyQuery(): void {
    this.#results.push(noResult);
  }

  handleError(error: unknown): void {
    forgetSome(this.#client, this.#added, error);
    this.#done({ results: this.#results, error });
  }

  handleReadyForQuery(): void {
    this.#done({ results: this.#results });
  }

  #keptPart(): Kept | undefined {
    const part = this.#parts[this.#results.length];
    return part?.isKept ? prepared.get(this.#client)?.get(part.text) : undefined;
  }
}

/** A column of an answer, as the driver has it. */
type Field = Pick<FieldDef, "name" | "dataTypeID" | "dataTypeModifier">;

/** The columns of an answer. */
export function columnsOf(fields: readonly Field[]): QueryResult["columns"] {
  return fields.map(({ name, dataTypeID, dataTypeModifier }) => ({
    ...{ name, typeOid: dataTypeID, typeModifier: dataTypeModifier },
  }));
}

// As the server writes it: INSERT 0 5, SELECT 5, CREATE TABLE.
const tag = /^([A-Za-z]+)(?: (\d+))?(?: (\d+))?/;

/** A statement that a connection keeps prepared. */
interface Kept {
  name: string;
  columns?: QueryResult["columns"];
}

const prepared = new WeakMap<ClientBase, Map<string, Kept>>();
let names = 0;

/** Databases with a function that takes prepared statements away: there nothing is kept. */
const forgetful = new Set<string>();

/** Gives the text when it was prepared now. A prepared statement is planned once, which is most of its work. */
function send(
  connection: Messages,
  client: ClientBase,
  { text, values = [], isKept, isLater }: Part,
): string[] {
  const known = isKept ? prepared.get(client)?.get(text) : undefined;
  const isNew = isKept && known === undefined && !forgetful.has(placeOf(client));
  // No name is used twice: after a failure it is not known what was prepared.
  const name = known?.name ?? (isNew ? `${keptPrefix}${names++}` : "");
  if (known === undefined) connection.parse({ text, name });
  if (isNew) keep(client, text, name);
  connection.bind({ statement: name, values: values.map(asText) });
  if (!isLater && !known?.columns) connection.describe({ type: "P", name: "" });
  connection.execute({ portal: "" });
  return isNew ? [text] : [];
}

function keep(client: ClientBase, text: string, name: string): void {
  const kept = prepared.get(client) ?? new Map<string, Kept>();
  prepared.set(client, kept.set(text, { name }));
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
interface Messages {
  parse(message: { text: string; name: string }): void;
  bind(message: { statement: string; values: unknown[] }): void;
  describe(message: { type: "P"; name: string }): void;
  execute(message: { portal: string }): void;
  sync(): void;
  _send(chunk: Buffer): void;
}
