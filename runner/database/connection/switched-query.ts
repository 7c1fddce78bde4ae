import type { QueryResult } from "../database.ts";
import { undoStatements } from "../savepoint.ts";
import type { PooledConnection, Queued } from "./pooled-connection.ts";
import { sendJoined, sendKept, sendParts, sendQuery } from "./send-query.ts";
import { forgetPrepared, type Part } from "./send-together.ts";
import type { SettingsChange, Whose } from "./settings-switch.ts";

/** Statements of a queue that go in one message. */
export interface Message<Statement extends Queued> {
  statements: Statement[];
  /** Sends them and adds the result of each that succeeds. Throws the `SqlFailure` of the one that does not. */
  send(answered: QueryResult[]): Promise<void>;
}

/** A connection whose settings can be switched. */
type SwitchedConnection = Pick<PooledConnection, "client" | "settings" | "hasSet">;

/** The text that begins a transaction. */
export const begin = "begin";

/**
 * Takes from a queue as many statements as one message may hold, under the settings that each is written for. In a
 * transaction these settings go in the same message; a failed transaction takes no more settings, and nothing but its
 * end.
 */
export function nextMessage<Statement extends Queued>(
  connection: SwitchedConnection,
  queue: readonly Statement[],
): Message<Statement> {
  const status = connection.client.getTransactionStatus();
  const isOpen = status === "T" || (status === "I" && queue[0]?.text === begin);
  const batch = isOpen ? batchOf(connection, queue) : noBatch;
  if (batch.count > 0) {
    const statements = queue.slice(0, batch.count);
    return { statements, send: (answered) => sendBatch(connection, batch, answered) };
  }
  const first = queue.find(({ isLater }) => status !== "E" || !isLater);
  if (!first) throw new Error("there is no statement to send");
  return { statements: [first], send: (answered) => sendAlone(connection, first, answered) };
}

/** Whether a statement goes in one message with those that wait before it, without an answer to any before. */
export function isSentAtOnce(
  connection: SwitchedConnection,
  whose: Whose,
  waiting: readonly Queued[],
): boolean {
  if (connection.client.getTransactionStatus() !== "T") return false;
  return fits(connection, whose) && (waiting.length === 0 || fits(connection, "own"));
}

/** Whether the settings of a statement may be made in its message: what an author has set has to be read before. */
function fits({ settings, hasSet }: SwitchedConnection, whose: Whose): boolean {
  const change = settings.changeTo(whose, hasSet);
  return whose !== "statement" && !change?.isAlone && !(whose === "own" && change?.reads);
}

interface Batch {
  count: number;
  parts: (Part & Partial<Pick<SettingsChange, "done">>)[];
  /** For each statement of the queue, how many parts there are up to its own. */
  ends: number[];
  /** A text of several statements, which goes behind the parts. */
  joined?: string;
  last: Whose;
  takesPrepared: boolean;
}

const noBatch: Batch = { count: 0, parts: [], ends: [], last: "own", takesPrepared: false };

function batchOf(connection: SwitchedConnection, queue: readonly Queued[]): Batch {
  const batch: Batch = { ...noBatch, parts: [], ends: [] };
  let isBehindAnswers = false;
  for (const statement of queue) {
    const mayJoin = isOne(statement) || !isBehindAnswers;
    if (statement.work || !mayJoin || !fits(connection, statement.whose)) break;
    const change = add(connection, batch, statement);
    // Which settings the runner has made is known when the change to those of the author is answered.
    if (batch.joined !== undefined || (connection.hasSet && change?.reads)) break;
    connection.hasSet ||= makesSettings(statement);
    isBehindAnswers ||= !statement.isLater;
  }
  return batch;
}

/** Adds a statement and the change of settings that it needs, which it returns. */
function add(
  { settings, hasSet }: SwitchedConnection,
  batch: Batch,
  statement: Queued,
): SettingsChange | undefined {
  const { whose, text, isLater } = statement;
  // It takes back the settings too: those of its own kind, under which the savepoint was set.
  const undo = isLater ? undoStatements(text) : undefined;
  const change = undo ? undefined : settings.changeTo(whose, hasSet);
  if (change) batch.parts.push({ text: change.text, done: change.done, isKept: true });
  settings.now(whose);
  if (undo) batch.parts.push(...undo.map((each) => ({ text: each, isLater })));
  else if (isOne(statement)) batch.parts.push(statement);
  else batch.joined = text;
  batch.count++;
  batch.ends.push(batch.parts.length);
  batch.last = whose;
  batch.takesPrepared ||= takesPrepared.test(text);
  return change;
}

/** Whether a text is known to be one statement. */
function isOne({ text, values, isKept, isLater }: Queued): boolean {
  return isLater === true || isKept === true || values !== undefined || !text.includes(";");
}

function makesSettings({ whose, text, keepsSettings }: Queued): boolean {
  return whose === "own" && !keepsSettings && /\bset(?:_config)?\b/i.test(text);
}

/** A statement or work that goes by itself: settings that it needs are made before, unless its transaction has failed. */
async function sendAlone(
  connection: SwitchedConnection,
  statement: Queued,
  answered: QueryResult[],
): Promise<void> {
  const { whose, text, values, isKept, work } = statement;
  const { client, settings } = connection;
  const before = client.getTransactionStatus();
  const change = before === "E" ? undefined : settings.changeTo(whose, connection.hasSet);
  if (change) {
    change.done((await sendQuery(client, change.text, undefined)).rows[0] ?? []);
    settings.now(whose);
  }
  connection.hasSet ||= makesSettings(statement);
  const send = async () => {
    if (work) return work();
    return isKept ? sendKept(client, text, values) : sendQuery(client, text, values);
  };
  const after = { last: whose, takesPrepared: takesPrepared.test(text) };
  await settingsAfter(connection, after, async () => void answered.push(await send()));
}

async function sendBatch(connection: SwitchedConnection, batch: Batch, answered: QueryResult[]) {
  const { client } = connection;
  const { parts, ends, joined } = batch;
  const take = (results: readonly QueryResult[]) => {
    for (const [index, { done }] of parts.entries()) {
      const result = results[index];
      if (result) done?.(result.rows[0] ?? []);
    }
    const own = ends.map((end) => results[end - 1]);
    if (joined !== undefined) own.splice(-1, 1, results.at(-1));
    answered.push(...own.filter((result) => result !== undefined));
  };
  await settingsAfter(connection, batch, async () => {
    const texts = parts.map(({ text }) => text);
    if (joined === undefined) await sendParts(client, parts, take);
    else take(await sendJoined(client, texts, joined));
  });
}

/** Sends, and remembers whose settings the connection has then. */
async function settingsAfter(
  connection: SwitchedConnection,
  { last, takesPrepared: isTaken }: Pick<Batch, "last" | "takesPrepared">,
  send: () => Promise<void>,
): Promise<void> {
  const { client, settings } = connection;
  const before = client.getTransactionStatus();
  try {
    await send();
  } finally {
    // The end of a failed transaction, or a failure in one, takes back the settings that were made
    // in it.
    const isKnown = before !== "E" && client.getTransactionStatus() !== "E";
    settings.now(isKnown ? last : undefined);
    connection.hasSet ||= !isKnown;
    if (last === "statement" || isTaken) forgetPrepared(client);
  }
}

// Those of the runner's own `deallocate` take a statement of their own, and `discard temp` takes none.
const takesPrepared =
  /\bdeallocate\b(?!\s+dataform_)|\bdiscard\b(?!\s+(?:temp|plans|sequences)\b)/i;
