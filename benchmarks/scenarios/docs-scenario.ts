import { makeProject } from "../make-project.ts";
import { measure } from "../measure.ts";
import { figureRow, type Row } from "../report.ts";

/** The pages of projects of each size, without a database; no other command makes such pages. */
export async function docsScenario(
  command: string,
  sizes: readonly number[],
  rounds: number,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const size of sizes) {
    const cwd = makeProject(size);
    const args = [command, "docs", cwd, "--no-database"];
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const { milliseconds } = await measure({ program: process.execPath, args, cwd });
      times.push(milliseconds);
    }
    rows.push(figureRow(`docs of ${size} models and as many checks`, times, "ms"));
  }
  return rows;
}
