import { basename } from "node:path";
import { deliver } from "./deliver.ts";
import { messageOf, type RunFacts } from "./message.ts";
import { type MemoryPlace, recallProblems, rememberProblems } from "./notify-memory.ts";
import { whatToTell } from "./open-problems.ts";
import type { Findings } from "./problems.ts";
import type { NotifySettings } from "./receivers.ts";

/**
 * Sends the receivers the news of a run. Returns a line for each receiver that did not accept the
 * message; when none did, the next run sends it again. Never throws.
 */
export async function notify(
  findings: Findings,
  run: Omit<RunFacts, "project" | "database">,
  place: MemoryPlace,
  { receivers, samples }: NotifySettings,
): Promise<string[]> {
  if (receivers.length === 0) return [];
  try {
    const now = new Date();
    const { notices, open } = whatToTell(await recallProblems(place), findings, now);
    const facts = {
      project: basename(place.projectDir),
      database: place.database?.description,
      ...run,
    };
    const lines =
      notices.length === 0 ? [] : await deliver(messageOf(notices, facts, samples), receivers);
    if (lines.length < receivers.length) await rememberProblems(place, open, now);
    return lines;
  } catch (error) {
    return [`notifications failed: ${error instanceof Error ? error.message : error}`];
  }
}
