import { basename } from "node:path";
import { deliver } from "./deliver.ts";
import { messageOf, type RunFacts } from "./message.ts";
import { type MemoryPlace, recallProblems, rememberProblems } from "./notify-memory.ts";
import { type OpenProblems, whatToTell } from "./open-problems.ts";
import type { Findings } from "./problems.ts";
import type { NotifySettings } from "./receivers.ts";

/**
 * Sends the receivers the news of a run. Returns a line for each receiver that did not accept the
 * message; the next run sends that receiver what is news to it then. Never throws.
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
    const { problems, behind } = await recallProblems(place);
    const { open } = whatToTell(problems, findings, now);
    const facts = {
      project: basename(place.projectDir),
      database: place.database?.description,
      ...run,
    };
    const told = await Promise.all(
      receivers.map(async (receiver) => {
        const known = behind[receiver.id] ?? problems;
        const { notices, open: knownThen } = whatToTell(known, findings, now, open);
        const message = () => messageOf(notices, facts, samples);
        const lines = notices.length === 0 ? [] : await deliver(message(), [receiver]);
        return { id: receiver.id, lines, known: lines.length > 0 ? known : knownThen };
      }),
    );
    const lacking = told.filter(({ known }) => !isSame(known, open));
    const behindNow = Object.fromEntries(lacking.map(({ id, known }) => [id, known]));
    await rememberProblems(place, { problems: open, behind: behindNow }, now);
    return told.flatMap(({ lines }) => lines);
  } catch (error) {
    return [`notifications failed: ${error instanceof Error ? error.message : error}`];
  }
}

function isSame(a: OpenProblems, b: OpenProblems): boolean {
  const keys = (problems: OpenProblems) => JSON.stringify(Object.keys(problems).sort());
  return keys(a) === keys(b);
}
