import { spawnSync } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { ingestAll } from "../../ingest/ingest-all.ts";
import { folderOf, plainOptions } from "../support/ingested.ts";
import { runCommand } from "../support/run-command.ts";

const has = (tool: string, version = "--version") =>
  spawnSync(tool, [version], { encoding: "utf8" }).status === 0;

/** What became of the files in a folder, as their first results. */
async function statusesIn(folder: string, ...names: string[]): Promise<(string | null)[][]> {
  const files = names.map((name) => join(folder, name));
  const reports = await ingestAll(files, undefined, ".", plainOptions, () => {});
  return reports.map(({ preview }) => preview.map(({ status }) => status));
}

/** A service that `/down` takes down, until `/up`. */
async function openService(): Promise<string> {
  let isUp = true;
  const server = createServer(({ url }, response) => {
    if (url === "/down" || url === "/up") isUp = url === "/up";
    response.writeHead(url === "/" && !isUp ? 503 : 200).end("ok");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function experiment(
  base: string,
  title: string,
  probePath: string,
  action: string,
  rollback: string,
) {
  const http = (type: string, name: string, path: string) => ({
    type,
    name,
    ...(type === "probe" ? { tolerance: 200 } : {}),
    provider: { type: "http", url: base + path, timeout: 2 },
  });
  return JSON.stringify({
    title,
    description: title,
    "steady-state-hypothesis": { title, probes: [http("probe", "answers", probePath)] },
    method: [http("action", "act", action)],
    rollbacks: [http("action", "put back", rollback)],
  });
}

// Where a tool is missing, its files in tests/fixtures/ingest are read all the same, by formats.test.ts.
describe("reports that real tools make now", () => {
  it.skipIf(!has("chaos"))("chaos: passing, deviating, and not steady at first", async () => {
    const base = await openService();
    const folder = folderOf({
      "pass.json": experiment(base, "stays up", "/", "/up", "/up"),
      "deviate.json": experiment(base, "goes down", "/", "/down", "/up"),
      "precondition.json": experiment("http://127.0.0.1:1", "was never up", "/", "/up", "/up"),
    });
    for (const name of ["pass", "deviate", "precondition"]) {
      const args = ["--no-version-check", "run", "--rollback-strategy", "always"];
      await runCommand(
        "chaos",
        [...args, "--journal-path", `${name}-journal.json`, `${name}.json`],
        { cwd: folder },
      );
    }
    const journals = ["pass-journal.json", "deviate-journal.json", "precondition-journal.json"];
    expect(await statusesIn(folder, ...journals)).toEqual([["passed"], ["failed"], ["error"]]);
  });

  it.skipIf(!has("pytest"))("pytest", async () => {
    const folder = folderOf({
      "test_a.py": "def test_ok(): pass\ndef test_bad(): assert 0 == 3\n",
    });
    await runCommand("pytest", ["-q", "--junitxml=report.xml"], { cwd: folder });
    expect(await statusesIn(folder, "report.xml")).toEqual([["passed", "failed"]]);
  });

  it.skipIf(!has("gotestsum"))("go test through gotestsum", async () => {
    const folder = folderOf({
      "go.mod": "module shop\ngo 1.20\n",
      "a_test.go":
        'package shop\nimport "testing"\nfunc TestOk(t *testing.T) {}\nfunc TestBad(t *testing.T) { t.Fatal("3 rows were lost") }\n',
    });
    await runCommand("gotestsum", ["--junitfile", "report.xml"], { cwd: folder });
    expect((await statusesIn(folder, "report.xml"))[0]?.sort()).toEqual(["failed", "passed"]);
  });

  it.skipIf(!has("k6", "version"))("k6", async () => {
    const base = await openService();
    const folder = folderOf({
      "a.js": `import http from "k6/http"; export const options = { iterations: 1, thresholds: { http_req_failed: ["rate<0.5"] } }; export default () => { http.get("${base}/"); };`,
    });
    await runCommand("k6", ["run", "--summary-export=held.json", "a.js"], { cwd: folder });
    expect(await statusesIn(folder, "held.json")).toEqual([["passed"]]);
  });
});
