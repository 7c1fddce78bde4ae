import type { ClientBase } from "pg";
import type { QueryResult } from "../database.ts";
import { sendQuery, sendQueryAfter } from "./send-query.ts";
import type { SettingsSwitch, Whose } from "./settings-switch.ts";

/** A connection whose settings can be switched. */
export interface SwitchedConnection {
  client: ClientBase;
  settings: SettingsSwitch;
}

/**
 * Sends statements as `sendQuery` does, under the settings that they are written for. In a
 * transaction these go in the same message; a failed transaction takes no more settings.
 */
export async function sendSwitched(
  { client, settings }: SwitchedConnection,
  whose: Whose,
  text: string,
  values?: readonly unknown[],
): Promise<QueryResult> {
  const before = client.getTransactionStatus();
  const change = before === "E" ? undefined : settings.changeTo(whose);
  // The server's activity view is to show the author's SQL.
  const isTogether = change && before === "T" && !change.isAlone && whose !== "statement";
  if (change && !isTogether) await send(client, settings, whose, change);
  try {
    if (!isTogether) return await sendQuery(client, text, values);
    const { row, result } = await sendQueryAfter(client, change.text, text, values);
    change.done(row);
    return result;
  } finally {
    // The end of a failed transaction, or a failure in one, takes back the settings that were made
    // in it.
    const isKnown = before !== "E" && client.getTransactionStatus() !== "E";
    settings.now(isKnown ? whose : undefined);
  }
}

/** Changes the settings of a connection in a separate message. */
export async function switchSettings(
  { client, settings }: SwitchedConnection,
  whose: Whose,
): Promise<void> {
  const change = client.getTransactionStatus() === "E" ? undefined : settings.changeTo(whose);
  if (change) await send(client, settings, whose, change);
}

async function send(
  client: ClientBase,
  settings: SettingsSwitch,
  whose: Whose,
  change: { text: string; done: (row: (string | null)[]) => void },
): Promise<void> {
  change.done((await sendQuery(client, change.text, undefined)).rows[0] ?? []);
  settings.now(whose);
}
