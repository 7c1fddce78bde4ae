import { describe, expect, it, onTestFinished } from "vitest";
import { dataformAtTerminal } from "../../support/pseudo-terminal.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { anyServer, createDatabase } from "../../support/test-database.ts";
import { until, watchServer } from "../../support/watch-server.ts";

const long = "a name that is longer than the terminal is wide once it is narrow";
const files = {
  "held.sqlx": `config { type: "table" }\nselect 1 as id`,
  "free.sqlx": `config {
    type: "table", dependencies: ["held"], assertions: { rowConditions: ["reason = ''"] }
  }\nselect '日本語' as name, '${long}' as reason`,
  "same.sqlx": `config { type: "table" }\nselect 1 as id`,
};

// `script` of util-linux makes the pseudo-terminal.
describe.skipIf(process.platform !== "linux").each(anyServer())(
  "a run at a terminal on $name",
  (server) => {
    /** A run that has to wait for a lock of another session. */
    async function waitingRun(env: Record<string, string> = {}) {
      const { url, drop } = await createDatabase(server);
      onTestFinished(drop);
      const ask = await watchServer(url);
      await ask("create schema shop; create table shop.held as select 1 as id");
      await ask("begin; lock table shop.held in access exclusive mode");
      const [[holder] = []] = await ask("select pg_backend_pid()");
      const { folder } = temporaryProject(files);
      const run = dataformAtTerminal(["run"], { cwd: folder, env: { DATABASE_URL: url, ...env } });
      const shows = (text: string) =>
        until(async () => (await run.screen.lines()).filter((line) => line.includes(text)));
      return { ...run, shows, holder, release: () => ask("commit") };
    }

    it("shows who is in the way, follows the terminal's size, and leaves it in order", async () => {
      const { screen, shows, holder, resize, release, output, finished } = await waitingRun();
      expect(await shows("waits for a lock")).toEqual([
        expect.stringMatching(
          `^ +\\d+ s  waits for a lock of process ${holder} \\(.*: shop\\.held$`,
        ),
      ]);
      await resize(50, 20);
      await release();
      expect(await finished).toBe(1);
      const lines = await screen.lines();
      expect(lines[0]).toBe("compiling …");
      expect(lines.at(-1)).toBe("back");
      // The column of the rule is folded where it is too wide, and never cut.
      const reason = lines.filter((line) => /^ {4} .*[a-z]/.test(line)).join("");
      expect(reason.replace(/[\s+]/g, "")).toContain(long.replace(/\s/g, ""));
      expect(lines.join("\n")).not.toMatch(/done in|waits for/);
      expect((await screen.cursor()).isVisible).toBe(true);
      // No mode of the terminal is changed.
      expect(output()).not.toContain("\u001b[?");
    });

    it("takes its lines away when Ctrl-C is typed", async () => {
      const { screen, shows, type, finished } = await waitingRun();
      await shows("waits for a lock");
      type("\x03");
      expect(await finished).toBe(130);
      const text = (await screen.lines()).join("\n");
      expect(text).toMatch(/SIGINT: cancelling.*cancelled.*Run cancelled.*\nback$/s);
      expect(text).not.toMatch(/done in|waits for/);
      expect(await screen.cursor()).toMatchObject({ column: 0, isVisible: true });
    });

    it("leaves the cursor below everything when it is killed", async () => {
      const { screen, shows, processId, output, finished } = await waitingRun();
      await shows("waits for a lock");
      process.kill(await processId(), "SIGKILL");
      expect(await finished).toBe(137);
      const lines = await screen.lines();
      expect(lines.at(-1)).toBe("back");
      expect(await screen.cursor()).toMatchObject({
        row: lines.length,
        column: 0,
        isVisible: true,
      });
      expect(output()).not.toContain("\u001b[?");
    });

    it("draws nothing again where a log is kept", async () => {
      const { release, finished, output } = await waitingRun({ CI: "true", TERM: "dumb" });
      await release();
      expect(await finished).toBe(1);
      expect(output()).toContain("Run failed");
      expect(output()).not.toContain("\u001b");
    });
  },
);
