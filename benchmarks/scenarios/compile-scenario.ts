import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { makeProject, writeModel } from "../make-project.ts";
import { alternate, measure } from "../measure.ts";
import { figureRow, type Row, timeRow } from "../report.ts";

const require = createRequire(import.meta.url);
const official = join(dirname(require.resolve("@dataform/cli/package.json")), "bundle.js");

/** A cold compile of each size, ours and the official command's in turn; memory at the largest. */
export async function compileScenario(
  command: string,
  sizes: readonly number[],
  rounds: number,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const size of sizes) {
    const cwd = makeProject(size);
    const run = (program: string) => () =>
      measure({ program: process.execPath, args: [program, "compile", cwd, "--json"], cwd });
    const { ours, peer } = await alternate(rounds, run(command), run(official));
    rows.push(timeRow(`compile ${size} models (peer: @dataform/cli)`, ours, peer));
    const memory = ours.map(({ megabytes }) => megabytes);
    rows.push(figureRow(`memory, compile ${size} models, largest process`, memory, "MB"));
  }
  return rows;
}

/** From saving one changed file to the new result, with `compile --watch` running. */
export async function watchScenario(
  command: string,
  sizes: readonly number[],
  rounds: number,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const size of sizes) {
    const cwd = makeProject(size);
    const child = spawn(process.execPath, [command, "compile", cwd, "--watch"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const compiled = resultsOf(child.stdout.setEncoding("utf8"));
    await compiled();
    const milliseconds: number[] = [];
    for (let round = 0; round < rounds + 1; round++) {
      // The watcher settles before the next change, as in an author's pause.
      await new Promise((resolve) => setTimeout(resolve, 500));
      const start = process.hrtime.bigint();
      writeModel(cwd, size - 1, round + 1);
      await compiled();
      milliseconds.push(Number(process.hrtime.bigint() - start) / 1e6);
    }
    child.kill("SIGINT");
    rows.push(figureRow(`watch ${size} models, one changed file`, milliseconds.slice(1), "ms"));
  }
  return rows;
}

/** Resolves once for every "Compiled N action(s)." that the command prints. */
function resultsOf(output: NodeJS.ReadableStream): () => Promise<void> {
  let seen = 0;
  let wanted = 0;
  let wake = () => {};
  output.on("data", (text: string) => {
    seen += text.match(/Compiled \d+ action/g)?.length ?? 0;
    wake();
  });
  return async () => {
    wanted++;
    while (seen < wanted) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
}
