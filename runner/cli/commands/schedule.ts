import { randomUUID } from "node:crypto";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import yargs from "yargs";
import { findProject } from "../../compile/find-project.ts";
import { withFolderLock } from "../../database/embedded/folder-lock.ts";
import { chooseConnection } from "../../database/settings/connection-settings.ts";
import { RunnerError } from "../../errors.ts";
import { makeOwnFolder } from "../../own-files.ts";
import { cronTimes } from "../../schedule/cron-times.ts";
import { type Clock, keepSchedule, type ScheduleEvent } from "../../schedule/keep-schedule.ts";
import type { LogLine } from "../../schedule/run-lines.ts";
import { learn, noFacts } from "../../schedule/schedule-facts.ts";
import { memoryFileOf, recall, remember } from "../../schedule/schedule-memory.ts";
import { listenAddress, serveFacts } from "../../schedule/serve-facts.ts";
import { parseTimeLimit } from "../duration.ts";
import { overridesOf } from "../given-options.ts";
import { refuseWrongReceivers } from "../notify-of-run.ts";
import { compileOptions, databaseOptions, projectDirOption, runOptions } from "../options.ts";
import { scheduledRun } from "../scheduled-run.ts";
import { type EndSignal, listenForEnd } from "../signals.ts";
import { refuseSwitchValues, withoutParts } from "../switch-values.ts";
import { failWith, refuseRepeated, refuseSelectingFlags } from "../usage-error.ts";
import type { AddCommand } from "./command.ts";

const scheduleOptions = {
  cron: {
    type: "string",
    demandOption: true,
    requiresArg: true,
    describe: 'when to run: minute, hour, day of month, month, day of week: "17 1 * * *"',
  },
  "time-zone": {
    type: "string",
    requiresArg: true,
    describe: "time zone of --cron [default: that of this machine]",
  },
  listen: {
    type: "string",
    requiresArg: true,
    describe: "serve /health and /metrics (Prometheus) on this port, or host:port",
  },
  retries: {
    type: "number",
    default: 3,
    requiresArg: true,
    describe: "times to continue a failed run before the next one is due",
    coerce: retryCount,
  },
  "retry-pause": {
    type: "string",
    default: "1m",
    requiresArg: true,
    describe: "pause before the first retry; each pause is twice the one before",
    coerce: (text: string) => parseTimeLimit(text, "--retry-pause") ?? 60_000,
  },
} as const;

/** `dataform schedule`: runs the project at the times of a cron expression until it is stopped. */
export const addScheduleCommand: AddCommand = (parser, finish) =>
  parser.command(
    "schedule [project-dir]",
    "Run the project at the times of a cron expression; flags of `run` follow after --",
    (command) =>
      command
        .parserConfiguration({ ...withoutParts, "populate--": true })
        .positional("project-dir", projectDirOption)
        .options(scheduleOptions)
        .example('$0 schedule --cron "17 1 * * *" -- --tags daily', ""),
    (args) =>
      finish(async () => {
        const { projectDir } = args;
        findProject(projectDir);
        refuseWrongReceivers();
        const runArgs = await runArguments(projectDir, args["--"]);
        refuseSelectingFlags(runArgs);
        const nextAfter = cronTimes(args.cron, args.timeZone);
        const facts = noFacts();
        const address = args.listen === undefined ? undefined : listenAddress(args.listen);
        const end = listenForEnd((signal, effect) =>
          log({ level: "warning", event: "stopping", signal, effect }),
        );
        const work = async () => {
          const server = address && (await serveFacts(address, facts, clock.now));
          if (server) log({ level: "info", event: "listening", ...addressOf(server) });
          try {
            await keepSchedule({
              ...{ nextAfter, clock, newRunId: randomUUID, stop: end.startNoMore },
              ...{ retries: args.retries, retryPauseMillis: args.retryPause },
              recall: () => recall(projectDir),
              remember: (memory) => remember(projectDir, memory),
              run: (attempt) => scheduledRun(runArgs, attempt, end, log),
              tell: (event) => {
                learn(facts, event, clock.now());
                log({ level: levelOf(event), ...event });
              },
            });
          } finally {
            // A server that listens would keep this process alive after an error.
            server?.close();
            server?.closeAllConnections();
          }
        };
        return alone(projectDir, end, work);
      }),
  );

function addressOf(server: Server): Pick<AddressInfo, "address" | "port"> {
  const { address, port } = server.address() as AddressInfo;
  return { address, port };
}

function levelOf(event: ScheduleEvent): LogLine["level"] {
  switch (event.event) {
    case "gaveUp":
    case "stateNotStored":
      return "error";
    case "clockSetBack":
    case "retryPlanned":
      return "warning";
    case "runEnded":
      return event.status === "successful" ? "info" : "error";
    default:
      return "info";
  }
}

/** Runs `work` while no other process keeps the schedule of this project. */
async function alone(projectDir: string, end: EndSignal, work: () => Promise<void>) {
  const lock = `${memoryFileOf(projectDir)}.lock`;
  makeOwnFolder(lock.slice(0, lock.lastIndexOf("/")), projectDir);
  try {
    await withFolderLock(lock, work, end.startNoMore, "keeping the schedule of this project");
    log({ level: "info", event: "stopped" });
    return 0;
  } finally {
    end.dispose();
  }
}

/** Reads the flags after `--` as `dataform run` reads them. Throws USAGE for those that fit no schedule. */
async function runArguments(projectDir: string, flags: unknown) {
  const given = Array.isArray(flags) ? flags.map(String) : [];
  refuseRepeated(given);
  const args = await refuseSwitchValues(yargs(), given)
    .scriptName("dataform run")
    .options(runOptions)
    .options(compileOptions)
    .options(databaseOptions)
    .strict()
    .help(false)
    .version(false)
    .exitProcess(false)
    .fail(failWith(["run", ...given], ["run"]))
    .parseAsync(given);
  overridesOf(args);
  chooseConnection({ projectDir, env: process.env, credentials: args.credentials });
  const refused = (["dryRun", "resume", "json"] as const).find((name) => args[name]);
  if (refused === undefined) return { ...args, projectDir };
  const flag = refused.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw new RunnerError("USAGE", `--${flag} has no meaning for a schedule`, {
    hint: "leave it out",
  });
}

const clock: Clock = {
  now: () => new Date(),
  sleep: async (millis, signal) => {
    await delay(millis, undefined, { signal }).catch(() => undefined);
  },
};

/** Writes one line of JSON; the time comes first. */
function log(line: LogLine): void {
  process.stdout.write(`${JSON.stringify({ time: new Date(), ...line })}\n`);
}

function retryCount(count: number): number {
  if (Number.isInteger(count) && count >= 0 && count <= 20) return count;
  throw new RunnerError("USAGE", `--retries: ${count} is not a whole number from 0 to 20`);
}
