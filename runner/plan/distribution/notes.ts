import type { ExecutionAction } from "../execution-graph.ts";
import { describeDistribution } from "./distribution.ts";

/** What a plan says of how a table is spread and stays so, and of values that each node has of its own. */
export function distributionNotes({ distribution, tasks }: ExecutionAction): string[] {
  if (!distribution) return [];
  const { current, column } = distribution;
  const queries = tasks.flatMap((task) => (task.type === "publish" ? task.statement : []));
  // The time of a stamp is written as one value.
  const text = queries.join("\n").replaceAll(/\(\s*now\(\)\s*\n\) as "/gi, "");
  const own = column === undefined ? undefined : ownOfNode.exec(text)?.[0];
  return [
    ...(current?.isSame ? [describeDistribution(distribution)] : []),
    ...(own
      ? [
          `${own} is computed on each node: rows of one run may have several values (a variable of the run would give one)`,
        ]
      : []),
  ];
}

/** What a run would change of how a table is spread: nothing, or one sentence. */
export function distributionChange({ distribution, target }: ExecutionAction): string[] {
  if (!distribution || distribution.current?.isSame) return [];
  const { current } = distribution;
  const now = current ? ` (now it is ${current.words})` : "";
  return [`${target.name} would be ${describeDistribution(distribution)}${now}`];
}

const ownOfNode =
  /\b(now\(\)|current_timestamp|current_date|localtimestamp|clock_timestamp\(\)|statement_timestamp\(\)|transaction_timestamp\(\)|pg_current_xact_id\(\)|txid_current\(\))/i;
