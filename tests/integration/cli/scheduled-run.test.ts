import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import type { RunArguments } from "../../../runner/cli/run-with-arguments.ts";
import { scheduledRun } from "../../../runner/cli/scheduled-run.ts";
import { listenForEnd } from "../../../runner/cli/signals.ts";
import type { Attempt } from "../../../runner/schedule/keep-schedule.ts";
import { runInDatabase } from "../../support/run-in-database.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { anyServer } from "../../support/test-database.ts";
import { whenTestEnds } from "../../support/when-test-ends.ts";

it.each(anyServer())(
  "continues what the last run that has begun has left, but not on a server that failed over, on $name",
  async (server) => {
    const { database, url, rows } = await runInDatabase(server);
    await database.query("create table public.ran (name text)");
    const { folder: projectDir } = temporaryProject({
      "once.sqlx": `config { type: "operations" }\ninsert into public.ran values ('once')`,
      "failing.sqlx": `config { type: "operations", dependencies: ["once"] }\nselect 1 / 0`,
    });
    vi.stubEnv("DATABASE_URL", url);
    const end = listenForEnd(() => undefined);
    whenTestEnds(async () => {
      vi.unstubAllEnvs();
      end.dispose();
    });
    const args = { projectDir, threads: 2 } as RunArguments;
    const ranAfter = async (attempt: Attempt) => {
      const outcome = await scheduledRun(args, attempt, end, () => undefined);
      expect(outcome).toEqual({ status: "failed", mayPass: true });
      return (await rows("select count(*) from public.ran"))[0]?.[0];
    };
    expect(await ranAfter({ runId: "first" })).toBe("1");
    // The second one found no server.
    expect(await ranAfter({ runId: "third", resumes: ["first", "second"] })).toBe("1");
    const file = join(projectDir, "target", "run_state.jsonl");
    const log = readFileSync(file, "utf8");
    expect(log).toContain('"timeline":"1"');
    writeFileSync(file, log.replace('"timeline":"1"', '"timeline":"2"'));
    expect(await ranAfter({ runId: "fourth", resumes: ["third"] })).toBe("2");
  },
);
