import { visibleText } from "../text/terminal-text.ts";
import type { Notice } from "./open-problems.ts";

/** Which run a message is about. */
export interface RunFacts {
  /** Name of the project's folder. */
  project: string;
  /** Description of the database, without its password. */
  database?: string | undefined;
  runId?: string | undefined;
  status: string;
  startedAt: Date;
  endedAt: Date;
  /** The URL of the run, for example in a CI system. */
  link?: string | undefined;
}

/** What a receiver gets, as JSON: docs/notification.schema.json. */
export interface Message {
  version: 1;
  subject: string;
  run: Omit<RunFacts, "startedAt" | "endedAt"> & { startedAt: string; endedAt: string };
  notices: Notice[];
}

/** Which columns of failing rows leave the database: those that hold no payload, all, or none. */
export type SampleSetting = "columns" | "all" | "none";

/** Takes the news of a run and returns the message. */
export function messageOf(notices: Notice[], run: RunFacts, samples: SampleSetting): Message {
  const times = { startedAt: run.startedAt.toISOString(), endedAt: run.endedAt.toISOString() };
  return {
    version: 1,
    subject: `${run.project}: ${summaryOf(notices)}`,
    run: { ...run, ...times },
    notices: notices.map((notice) =>
      notice.event === "ended" ? notice : { ...notice, sample: sampleOf(notice.sample, samples) },
    ),
  };
}

/** Takes a message and returns it as lines for people. */
export function linesOf({ subject, run, notices }: Message): string[] {
  const where = [run.database, run.runId && `run ${run.runId}`].filter(Boolean).join(", ");
  return [subject, ...(where ? [where] : []), "", ...notices.flatMap(noticeLines), run.link ?? ""]
    .map((line) => visibleText(line))
    .flatMap((line) => line.split("\n"));
}

const words = { began: "NEW", continues: "STILL", ended: "OVER" };

function noticeLines(notice: Notice): string[] {
  const since = `since ${notice.since.slice(0, 16).replace("T", " ")} UTC`;
  const kind = notice.kind === "warning" ? "WARNING" : words[notice.event];
  const head = `${kind} ${notice.title}${notice.event === "began" ? "" : ` (${since})`}`;
  if (notice.event === "ended") return [head, ""];
  const { finding, fileName, sample, look } = notice;
  const rows = sample.map((row) => `  ${limited(JSON.stringify(row))}`);
  const place = fileName ? [`  ${fileName}`] : [];
  return [head, `  ${limited(finding)}`, ...place, ...rows, `  look closer: ${look}`, ""];
}

function summaryOf(notices: Notice[]): string {
  const count = (kind: string, event: string, what: string) => {
    const number = notices.filter((each) => each.kind === kind && each.event === event).length;
    return number === 0 ? [] : [`${number} ${what}`];
  };
  return [
    ...count("failure", "began", "failed"),
    ...count("failure", "continues", "still failing"),
    ...count("failure", "ended", "recovered"),
    ...count("warning", "began", "warned for the first time"),
  ].join(", ");
}

// Names of columns in which tools keep payloads, and of secrets.
const payloadName = /payload|metadata|body|raw|header|token|secret|password|credential/i;

function sampleOf(rows: readonly Record<string, unknown>[], setting: SampleSetting) {
  if (setting === "none") return [];
  if (setting === "all") return [...rows];
  return rows.map((row) => Object.fromEntries(Object.entries(row).filter(isNoPayload)));
}

function isNoPayload([name, value]: [string, unknown]): boolean {
  const isDocument = typeof value === "string" && /^\s*[[{]/.test(value);
  return !payloadName.test(name) && !isDocument && (value === null || typeof value !== "object");
}

function limited(text: string): string {
  return text.length <= 500 ? text : `${text.slice(0, 500)} …`;
}
