import { defined, type SettingsReader } from "./settings-reader.ts";

/** How Citus spreads the rows of a table: by a column, or a copy of all rows on every node. */
export type DistributionSettings =
  | {
      /** The column whose value decides on which node a row is. */
      distributedBy: string;
      /** The table whose rows with the same value are on the same node, by its name in the project. */
      colocateWith?: { schema?: string; name: string };
      /** The number of parts; by default the cluster's `citus.shard_count`. */
      shardCount?: number;
    }
  | { reference: true };

/** Reads them; undefined when none says that the table is spread. */
export function distributionOf(
  reader: SettingsReader,
  given: Record<string, unknown>,
): DistributionSettings | undefined {
  const distributedBy = reader.text(given.distributedBy, "postgres.distributedBy");
  const colocateWith = reader.text(given.colocateWith, "postgres.colocateWith");
  const shardCount = reader.integer(given.shardCount, "postgres.shardCount", 1, 64_000);
  const isReference = reader.flag(given.reference, "postgres.reference") ?? false;
  reader.problems.push(...contradictions(given, isReference));
  if (isReference) return { reference: true };
  if (distributedBy === undefined) return undefined;
  const [name = "", schema] = (colocateWith ?? "").split(".").reverse();
  return {
    distributedBy,
    ...(colocateWith !== undefined && { colocateWith: { name, ...(schema && { schema }) } }),
    ...defined("shardCount", shardCount),
  };
}

function contradictions(given: Record<string, unknown>, isReference: boolean): string[] {
  const isGiven = (key: string) => given[key] !== undefined;
  const dependent = ["colocateWith", "shardCount"].filter(isGiven);
  if (isReference) {
    return ["distributedBy", ...dependent]
      .filter(isGiven)
      .map(
        (key) =>
          `postgres.reference copies all rows to every node, and postgres.${key} spreads them: leave one of them away`,
      );
  }
  if (!isGiven("distributedBy")) {
    return dependent.map(
      (key) => `postgres.${key} means nothing without postgres.distributedBy: name the column`,
    );
  }
  if (dependent.length < 2) return [];
  return [
    "postgres.colocateWith gives the table as many shards as the other table has: leave postgres.shardCount away",
  ];
}
