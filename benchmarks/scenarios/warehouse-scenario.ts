import { fileURLToPath } from "node:url";
import { dropDatabase, freshDatabase } from "../fresh-database.ts";
import { alternate, type Measurement, measure } from "../measure.ts";
import { installPythonTool } from "../peers/python-tool.ts";
import { missingRow, type Row, timeRow } from "../report.ts";

const projectDir = fileURLToPath(new URL("../..", import.meta.url));
const days = 100;

/**
 * So many tests of a hundred days from the generator to gold: `npm run generate` and `dataform run` of this
 * repository, beside the pandas pipeline that it replaces, which checks, keeps and computes a small part of it.
 */
export async function warehouseScenario(
  command: string,
  url: string,
  tests: number,
  rounds: number,
): Promise<Row[]> {
  const name = `generate ${tests} tests and build the warehouse (peer: the original's tasks in pandas)`;
  const tool = installPythonTool("pandas", "pandas");
  const ours = () =>
    onDatabase(url, async (made) => {
      const env = { DATABASE_URL: made };
      const node = (...args: string[]) =>
        measure({ program: process.execPath, args, cwd: projectDir, env });
      const perDay = String(Math.ceil(tests / days));
      const generator = ["--import", "tsx", "generator/main.ts", "--from", "2026-01-01"];
      const generated = await node(...generator, "--days", String(days), "--tests-per-day", perDay);
      return sum(generated, await node(command, "run"));
    });
  if ("missing" in tool) return [missingRow(name, tool.missing)];
  const script = fileURLToPath(new URL("../peers/original.py", import.meta.url));
  const peer = () =>
    onDatabase(url, (made) =>
      measure({
        program: `${tool.bin}/python`,
        args: [script, made, String(tests), String(days)],
        cwd: projectDir,
      }),
    );
  const measured = await alternate(rounds, ours, peer);
  return [timeRow(name.replace("pandas", `pandas ${tool.version}`), measured.ours, measured.peer)];
}

async function onDatabase(url: string, use: (made: string) => Promise<Measurement>) {
  const made = await freshDatabase(url);
  try {
    return await use(made);
  } finally {
    await dropDatabase(url, made);
  }
}

function sum(one: Measurement, other: Measurement): Measurement {
  return {
    milliseconds: one.milliseconds + other.milliseconds,
    cpuMilliseconds: one.cpuMilliseconds + other.cpuMilliseconds,
    megabytes: Math.max(one.megabytes, other.megabytes),
  };
}
