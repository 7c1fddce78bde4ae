import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { dataform } from "../support/run-command.ts";
import { temporaryProject } from "../support/temporary-project.ts";
import { anyServer, createDatabase } from "../support/test-database.ts";

const evil = "\\n::error::forged\\n| a | b |\\n</failure>@everyone";

it.each(anyServer())(
  "values, errors and messages of any size stay out of reports on $name",
  async (server) => {
    const { url, drop } = await createDatabase(server);
    onTestFinished(drop);
    const { folder } = temporaryProject({
      "all.js": `
      operate("big_error").queries("do $$ begin raise exception '%', repeat('x', 20000000); end $$");
      operate("warnings").queries("do $$ begin for i in 1..50000 loop raise warning 'w %', i; end loop; end $$");
      operate("big_value").queries("select repeat('y', 20000000)");
      operate("hostile_error").queries("do $$ begin raise exception '${evil}'; end $$");
      assert("big_sample").query("select repeat('z', 10000000) as v, i from generate_series(1, 5) as i");
      assert("many_rows").query("select i from generate_series(1, 200000) as i");
      for (let i = 0; i < 100; i++) operate("failing_" + i).queries("select 1/0");`,
    });
    const summary = join(folder, "summary.md");
    const { exitCode, stdout, stderr } = await dataform(["run", folder], {
      env: { DATABASE_URL: url, GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: summary },
    });
    expect(exitCode).toBe(1);
    expect(stdout.length + stderr.length).toBeLessThan(500_000);
    expect(stdout).not.toMatch(/^\s*::/m);
    // The only commands are our own: ten errors and a notice.
    const commands = stderr.match(/^\s*::.*/gm) ?? [];
    expect(commands).toHaveLength(11);
    expect(commands.join("\n")).not.toMatch(/^::error::/m);
    const results = join(folder, "target", "run_results.json");
    const junit = join(folder, "target", "assertions.xml");
    for (const file of [results, junit, summary]) {
      expect(statSync(file).size, file).toBeLessThan(1_000_000);
    }
    expect(readFileSync(junit, "utf8")).not.toContain("</failure>@everyone");
  },
);

it.each(anyServer())(
  "an assertion that finds a million rows needs no more memory than one that finds ten, on $name",
  async (server) => {
    const { url, drop } = await createDatabase(server);
    onTestFinished(drop);
    const found = "i, 'row ' || i as text from generate_series(1, 1000000) as i";
    const { folder } = temporaryProject({
      "big.sqlx": `config { type: "table" }\nselect ${found}`,
      "found.sqlx": `config { type: "assertion" }\nselect * from \${ref("big")}`,
    });
    const env = { DATABASE_URL: url, NODE_OPTIONS: "--max-old-space-size=64" };
    const { exitCode, stdout } = await dataform(["run", folder], { env });
    expect({ exitCode, stdout }).toMatchObject({
      exitCode: 1,
      stdout: expect.stringMatching(/found: 1000000 failing rows, 5 shown/),
    });
  },
);
