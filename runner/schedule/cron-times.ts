import { Cron } from "croner";
import { RunnerError } from "../errors.ts";

/** Takes a moment and returns the first time of a schedule after it. */
export type NextAfter = (moment: Date) => Date;

/**
 * Takes a cron expression with five fields (minute, hour, day of month, month, day of week) and an
 * IANA time zone, that of this machine when there is none. Throws USAGE for an expression or a zone that
 * does not exist, and for an expression without any time (30 February).
 */
export function cronTimes(expression: string, timeZone: string | undefined): NextAfter {
  refuseUnknownZone(timeZone);
  const cron = parse(expression, timeZone);
  const nextAfter = (moment: Date) => cron.nextRun(moment);
  if (nextAfter(new Date()) === null) {
    throw new RunnerError("USAGE", `--cron: "${expression}" never comes`, { hint: example });
  }
  return (moment) => nextAfter(moment) ?? new Date(8.64e15);
}

const example = 'write minute, hour, day of month, month and day of week: "17 1 * * *"';

function parse(expression: string, timezone: string | undefined): Cron {
  try {
    return new Cron(expression, { mode: "5-part", paused: true, ...(timezone && { timezone }) });
  } catch (error) {
    const why = (error as Error).message.replace(/^CronPattern: /, "");
    throw new RunnerError("USAGE", `--cron: "${expression}": ${why}`, { hint: example });
  }
}

function refuseUnknownZone(timeZone: string | undefined): void {
  if (timeZone === undefined) return;
  try {
    new Intl.DateTimeFormat("en", { timeZone });
  } catch {
    throw new RunnerError("USAGE", `--time-zone: there is no time zone "${timeZone}"`, {
      hint: "write the name of the tz database: Europe/Berlin, UTC",
    });
  }
}
