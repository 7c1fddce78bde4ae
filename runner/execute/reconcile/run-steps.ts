import type { Database, Session } from "../../database/database.ts";
import { SqlFailure } from "../../errors.ts";
import { patiently } from "./patience.ts";
import type { SettingStep } from "./setting-steps.ts";
import type { Step } from "./step.ts";

/** Sends statements one by one in the session, so that an error names the one that failed. */
export async function send(session: Session, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await session.authored(statement);
}

/** Takes steps inside the session's transaction; returns the changes in words. */
export async function takeInside(
  session: Session,
  steps: readonly (Step | SettingStep)[],
): Promise<string[]> {
  for (const step of steps) await send(session, "inside" in step ? step.inside : step.statements);
  return steps.flatMap(({ change }) => change ?? []);
}

/**
 * Takes a step on a table that others use. When it fails, its changes so far are undone; those of
 * earlier steps stay, and the next run continues from there.
 */
export async function takeOutside(
  database: Database,
  step: Step | SettingStep,
  signal?: AbortSignal,
): Promise<void> {
  const parts = "outside" in step ? step.outside : [step.statements];
  try {
    for (const part of parts) {
      if (typeof part === "string") await sendAlone(database, part, step, signal);
      else await sendTogether(database, part, signal);
    }
  } catch (error) {
    await undo(database, step);
    throw error;
  }
}

async function sendTogether(
  database: Database,
  statements: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  await patiently(() =>
    database.transaction(async (session) => {
      await session.query("set local lock_timeout = '500ms'");
      await send(session, statements);
    }, signal),
  );
}

// `concurrently` waits for every older transaction and blocks no session meanwhile.
async function sendAlone(
  database: Database,
  statement: string,
  step: Step | SettingStep,
  signal?: AbortSignal,
): Promise<void> {
  await patiently(async () => {
    try {
      await database.session(async (session) => {
        await session.query("set lock_timeout = 0");
        await session.authored(statement);
      }, signal);
    } catch (error) {
      await undo(database, step);
      throw error;
    }
  });
}

// A failed concurrent build leaves an invalid index. The first error is reported even if the index
// cannot be dropped; the next run drops it.
async function undo(database: Database, step: Step | SettingStep): Promise<void> {
  for (const statement of "undo" in step ? step.undo : []) {
    try {
      await database.query(statement);
    } catch (error) {
      if (!(error instanceof SqlFailure)) return;
    }
  }
}
