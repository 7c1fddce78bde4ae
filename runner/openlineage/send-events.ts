import { constants } from "node:fs";
import { writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { sendToUrl } from "../notify/send-to-url.ts";
import { isDevice, makeOwnFolder } from "../own-files.ts";
import type { LineageEvent } from "./run-events.ts";
import type { LineageTransport } from "./settings.ts";

// Most receivers answer within milliseconds; a run of thousands of actions is not to wait for each.
const atOnce = 8;
const usualPatienceMillis = 5_000;

/**
 * Sends the events, the first one alone and then several at once. Returns a line for people when they
 * were not all delivered: after one that is refused or not answered, tried twice, no more are sent.
 */
export async function sendEvents(
  events: readonly LineageEvent[],
  transport: LineageTransport,
): Promise<string | undefined> {
  try {
    if (transport.kind === "file") return await writeEvents(events, transport);
  } catch (error) {
    return `lineage events were not written to ${transport.kind === "file" ? transport.path : ""}: ${reasonOf(error)}`;
  }
  let delivered = 0;
  let refusal: string | undefined;
  const open = [...events];
  const work = async () => {
    for (
      let next = open.shift();
      next !== undefined && refusal === undefined;
      next = open.shift()
    ) {
      const failed = await sendOne(next, transport);
      if (failed === undefined) delivered += 1;
      else refusal ??= failed;
    }
  };
  const first = open.splice(0, 1);
  for (const each of first) {
    refusal = await sendOne(each, transport);
    if (refusal === undefined) delivered += 1;
  }
  await Promise.all(Array.from({ length: atOnce }, work));
  if (refusal === undefined) return undefined;
  const { origin } = transport.url;
  return `lineage events for ${origin}: ${delivered} of ${events.length} were delivered: ${refusal}`;
}

async function writeEvents(
  events: readonly LineageEvent[],
  { path, append, projectDir }: Extract<LineageTransport, { kind: "file" }>,
): Promise<undefined> {
  makeOwnFolder(dirname(path), projectDir);
  const lines = events.map((each) => `${JSON.stringify(each)}\n`).join("");
  // Otherwise the project could choose by a link which file is written to.
  const noLink = isDevice(path) ? 0 : constants.O_NOFOLLOW;
  const place = append ? constants.O_APPEND : constants.O_TRUNC;
  await writeFile(path, lines, { flag: constants.O_CREAT | constants.O_WRONLY | place | noLink });
  return undefined;
}

async function sendOne(
  event: LineageEvent,
  { url, apiKey, patienceMillis }: Extract<LineageTransport, { kind: "http" }>,
): Promise<string | undefined> {
  const headers = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
  const send = () =>
    sendToUrl(url, JSON.stringify(event), patienceMillis ?? usualPatienceMillis, headers);
  return send()
    .catch(() => send())
    .then(() => undefined, reasonOf);
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
