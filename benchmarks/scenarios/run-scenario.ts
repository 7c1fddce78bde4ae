import { dropDatabase, freshDatabase } from "../fresh-database.ts";
import type { Measurement } from "../measure.ts";
import { type Peer, steps } from "../peers/contestant.ts";
import { dataformContestant } from "../peers/dataform-contestant.ts";
import { dbtContestant } from "../peers/dbt-contestant.ts";
import { psqlContestant } from "../peers/psql-contestant.ts";
import { sqlmeshContestant } from "../peers/sqlmesh-contestant.ts";
import { missingRow, type Row, timeRow } from "../report.ts";

/** Peers that need a minute for what psql does in a second take part in the smallest project only. */
const largestOfAll = 200;

/**
 * Projects of so many tables, each with an assertion: a first run on an empty database, a second one with nothing
 * changed, one after an edit. In each round every tool has its turn, on a database of its own.
 */
export async function runScenario(
  command: string,
  url: string,
  sizes: readonly number[],
  rounds: number,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const size of sizes) {
    const peers = [psqlContestant(size)];
    if (size <= largestOfAll) peers.push(dbtContestant(size), sqlmeshContestant(size));
    rows.push(...(await compare(url, size, [dataformContestant(command, size), ...peers], rounds)));
  }
  return rows;
}

async function compare(url: string, size: number, tools: readonly Peer[], rounds: number) {
  const measured = new Map<string, Measurement[]>();
  for (let round = 0; round < rounds; round++) {
    for (const tool of tools) {
      if ("missing" in tool) continue;
      const made = await freshDatabase(url);
      const runs = tool.steps(made);
      for (const step of steps) {
        const key = `${tool.name} ${step}`;
        measured.set(key, [...(measured.get(key) ?? []), await runs[step]()]);
      }
      await dropDatabase(url, made);
    }
  }
  const [ours, ...peers] = tools;
  const of = (tool: Peer | undefined, step: string) => measured.get(`${tool?.name} ${step}`) ?? [];
  return steps.flatMap((step) =>
    peers.map((peer) => {
      const name = `run ${size} tables and ${size} assertions, ${step} (peer: ${peer.name})`;
      if ("missing" in peer) return missingRow(name, peer.missing);
      return timeRow(name, of(ours, step), of(peer, step));
    }),
  );
}
