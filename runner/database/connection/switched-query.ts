import type { ClientBase } from "pg";
import type { QueryResult } from "../database.ts";
import { undoSavepoint, undoStatements } from "../savepoint.ts";
import { sendJoined, sendParts, sendQuery } from "./send-query.ts";
import { forgetPrepared, type Part } from "./send-together.ts";
import type { SettingsChange, SettingsSwitch, Whose } from "./settings-switch.ts";

/** A connection whose settings can be switched. */
export interface SwitchedConnection {
  client: ClientBase;
  settings: SettingsSwitch;
  /** Statements of the runner that go with the next one, in the same message. */
  waiting: string[];
}

/** A statement that goes before another one, and what takes its answer. */
type Lead = Part & Partial<Pick<SettingsChange, "done">>;

/**
 * Sends statements as `sendQuery` does, under the settings that they are written for. In a
 * transaction these go in the same message, as do the statements that wait; a failed transaction takes no more
 * settings. `isKept`: the server keeps the statement prepared.
 */
export async function sendSwitched(
  connection: SwitchedConnection,
  whose: Whose,
  text: string,
  values?: readonly unknown[],
  isKept = false,
): Promise<QueryResult> {
  const { client, settings } = connection;
  if (!isSentAtOnce(connection, whose)) await sendAhead(connection, whose);
  const before = client.getTransactionStatus();
  const leads = before === "E" ? [] : leadsTo(connection, whose);
  try {
    const last = { text, values, isKept };
    const isOne = values !== undefined || !text.includes(";");
    if (leads.length === 0 && !isKept) return await sendQuery(client, text, values);
    // As one of several the server's activity shows it alone.
    const results = isOne
      ? await sendParts(client, [...leads, last])
      : await sendJoined(
          client,
          leads.map((lead) => lead.text),
          text,
        );
    for (const [index, { done }] of leads.entries()) done?.(results[index]?.rows[0] ?? []);
    return results.at(-1) ?? none;
  } finally {
    // The end of a failed transaction, or a failure in one, takes back the settings that were made
    // in it.
    const isKnown = before !== "E" && client.getTransactionStatus() !== "E";
    settings.now(isKnown ? whose : undefined);
    if (whose === "statement" || takesPrepared.test(text)) forgetPrepared(client);
  }
}

const takesPrepared = /\b(deallocate|discard)\b/i;

const none: QueryResult = { columns: [], rows: [], rowCount: null, command: "" };

/** Changes the settings of a connection in a separate message. */
export async function switchSettings(connection: SwitchedConnection, whose: Whose): Promise<void> {
  await sendAhead(connection, whose);
}

/**
 * Whether a statement goes in one message with all that belongs before it. Settings do not outside a transaction, before
 * an author's own statements, and when they decide how the message is read.
 */
export function isSentAtOnce(connection: SwitchedConnection, whose: Whose): boolean {
  const { client, settings, waiting } = connection;
  const status = client.getTransactionStatus();
  if (status === "E") return true;
  const change = settings.changeTo(whose);
  if (waiting.length === 0 && !change) return true;
  if (status !== "T" || whose === "statement" || change?.isAlone) return false;
  // What an author has set by a statement has to be read before other settings are made.
  return waiting.length === 0 || !settings.changeTo("own")?.reads;
}

async function sendAhead(connection: SwitchedConnection, whose: Whose): Promise<void> {
  const { client, settings, waiting } = connection;
  if (client.getTransactionStatus() === "E") return;
  const last = waiting.pop();
  if (last !== undefined) await sendSwitched(connection, "own", last);
  const change = settings.changeTo(whose);
  if (!change) return;
  change.done((await sendQuery(client, change.text, undefined)).rows[0] ?? []);
  settings.now(whose);
}

/** What goes before a statement in its message. */
function leadsTo({ settings, waiting }: SwitchedConnection, whose: Whose): Lead[] {
  const leads: Lead[] = [];
  const change = (to: Whose) => {
    const needed = settings.changeTo(to);
    if (needed) leads.push({ text: needed.text, done: needed.done, isKept: true });
    settings.now(to);
  };
  for (const text of waiting.splice(0)) {
    // It takes back the settings too: those of the runner, under which the savepoint was set.
    if (text === undoSavepoint) leads.push(...undoStatements.map((one) => ({ text: one })));
    else {
      change("own");
      leads.push({ text });
    }
    settings.now("own");
  }
  change(whose);
  return leads;
}
