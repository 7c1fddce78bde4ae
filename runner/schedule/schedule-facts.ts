import type { RunStatus } from "../results/run-result.ts";
import type { ScheduleEvent } from "./keep-schedule.ts";

/** The facts of a schedule that a monitor can read. */
export interface ScheduleFacts {
  nextDue?: Date;
  runningSince?: Date;
  last?: { status: RunStatus; startedAt: Date; endedAt: Date };
  lastSuccess?: Date;
  failuresInARow: number;
  /** Runs that ended since this process started, by status. */
  ended: Record<RunStatus, number>;
}

/** Returns the facts of a schedule that has done nothing yet. */
export function noFacts(): ScheduleFacts {
  const ended = { successful: 0, failed: 0, cancelled: 0, timed_out: 0 };
  return { failuresInARow: 0, ended };
}

/** Takes an event and the time at which it was told, and brings the facts up to date. */
export function learn(facts: ScheduleFacts, event: ScheduleEvent, at: Date): void {
  switch (event.event) {
    case "waiting":
      facts.nextDue = event.due;
      break;
    case "retryPlanned":
      facts.nextDue = event.at;
      break;
    case "runStarted":
      facts.runningSince = at;
      break;
    case "runEnded": {
      const { status, startedAt, endedAt } = event;
      delete facts.runningSince;
      facts.last = { status, startedAt, endedAt };
      facts.ended[status] += 1;
      facts.failuresInARow = status === "successful" ? 0 : facts.failuresInARow + 1;
      if (status === "successful") facts.lastSuccess = endedAt;
      break;
    }
    default:
      break;
  }
}

/** Returns the facts in the text format of Prometheus: times in seconds since 1970, durations in seconds. */
export function prometheusText(facts: ScheduleFacts): string {
  const { last } = facts;
  const duration = last && (last.endedAt.getTime() - last.startedAt.getTime()) / 1000;
  const ended = Object.entries(facts.ended).map(([status, count]): [string, number] => [
    `{status="${status}"}`,
    count,
  ]);
  return [
    metric("runs_total", "counter", "Runs that ended since this process started.", ended),
    gauge("running", "1 while a run is at work.", facts.runningSince ? 1 : 0),
    gauge("failures_in_a_row", "Runs that failed since the last success.", facts.failuresInARow),
    gauge("next_run_timestamp_seconds", "When the next run is due.", seconds(facts.nextDue)),
    gauge("last_run_timestamp_seconds", "When the last run ended.", seconds(last?.endedAt)),
    gauge("last_run_duration_seconds", "How long the last run took.", duration),
    gauge(
      "last_success_timestamp_seconds",
      "When a run last succeeded.",
      seconds(facts.lastSuccess),
    ),
  ].join("");
}

function gauge(name: string, help: string, value: number | undefined): string {
  return value === undefined ? "" : metric(name, "gauge", help, [["", value]]);
}

function metric(name: string, type: string, help: string, values: [string, number][]): string {
  const full = `dataform_schedule_${name}`;
  const lines = values.map(([labels, value]) => `${full}${labels} ${value}\n`);
  return `# HELP ${full} ${help}\n# TYPE ${full} ${type}\n${lines.join("")}`;
}

function seconds(time: Date | undefined): number | undefined {
  return time && time.getTime() / 1000;
}
