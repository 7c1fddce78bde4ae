// Keeps the schedule of a project as `dataform schedule` does, by a clock that its parent process tells:
// it writes when it sleeps, and takes the time from standard input. Arguments: the folder, the first time.
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { RunArguments } from "../../runner/cli/run-with-arguments.ts";
import { scheduledRun } from "../../runner/cli/scheduled-run.ts";
import { listenForEnd } from "../../runner/cli/signals.ts";
import { cronTimes } from "../../runner/schedule/cron-times.ts";
import { keepSchedule } from "../../runner/schedule/keep-schedule.ts";
import { recall, remember } from "../../runner/schedule/schedule-memory.ts";

const [projectDir = "", begin = ""] = process.argv.slice(-2);
let now = new Date(begin);
const input = createInterface(process.stdin);
const tell = (line: object) => void process.stdout.write(`${JSON.stringify(line)}\n`);
const end = listenForEnd(() => {});
const args = { projectDir, threads: 2 } as RunArguments;

await keepSchedule({
  nextAfter: cronTimes("* * * * *", "UTC"),
  clock: {
    now: () => now,
    async sleep(millis, signal) {
      tell({ event: "asleep", until: new Date(now.getTime() + millis) });
      const [line] = await once(input, "line", { signal }).catch(() => []);
      if (line) now = new Date(line);
    },
  },
  ...{ newRunId: randomUUID, stop: end.startNoMore, retries: 1, retryPauseMillis: 20_000, tell },
  recall: () => recall(projectDir),
  remember: (memory) => remember(projectDir, memory),
  run: (attempt) => scheduledRun(args, attempt, end, () => {}),
});
end.dispose();
input.close();
