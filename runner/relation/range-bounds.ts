import type { Session } from "../database/database.ts";
import { quoteLiteral } from "../names/identifiers.ts";
import type { Partitioning, RangeUnit } from "../plan/publish-task.ts";
import type { Partition } from "./partitioned-table.ts";

const value = String.raw`\((?:'((?:[^']|'')*)'|([-\d.]+))\)`;
const range = new RegExp(`^FOR VALUES FROM ${value} TO ${value}$`);
const oneValue = /^FOR VALUES IN \((?:'(?:[^']|'')*'|[-\w.]+)\)$/;

/** The ends of a range partition as PostgreSQL writes them; undefined for open and other bounds. */
export function rangeBounds(bound: string): { from: string; to: string } | undefined {
  const [, from, fromNumber, to, toNumber] = range.exec(bound) ?? [];
  const ends = { from: from ?? fromNumber, to: to ?? toNumber };
  return ends.from === undefined || ends.to === undefined
    ? undefined
    : { from: ends.from, to: ends.to };
}

/** The width of a partition of the unit, as PostgreSQL's interval. */
export function widthOf(unit: RangeUnit): string {
  return unit === "quarter" ? "3 months" : `1 ${unit}`;
}

/** Whether all partitions are as wide as the settings say: one range, one value of a list. */
export async function haveWidth(
  session: Session,
  partitions: readonly Pick<Partition, "bound" | "isDefault">[],
  partitioning: Partitioning | undefined,
): Promise<boolean> {
  const own = partitions.filter(({ isDefault }) => !isDefault);
  const by = partitioning?.by;
  if (by === undefined) return false;
  if (by === "list") return own.every(({ bound }) => oneValue.test(bound));
  if ("hash" in by) return true;
  const bounds = own.flatMap(({ bound }) => rangeBounds(bound) ?? []);
  if (bounds.length < own.length) return false;
  if (bounds.length === 0) return true;
  const type = typeof by.range === "number" ? "numeric" : "timestamp";
  const fits =
    typeof by.range === "number"
      ? `mod(low, ${by.range}) = 0 and high = low + ${by.range}`
      : `low = date_trunc('${by.range}', low) and high = low + interval '${widthOf(by.range)}'`;
  const values = bounds.map(
    ({ from, to }) => `(${quoteLiteral(from)}::${type}, ${quoteLiteral(to)}::${type})`,
  );
  const { rows } = await session.query(
    `select bool_and(${fits}) from (values ${values.join(", ")}) as bounds (low, high)`,
  );
  return rows[0]?.[0] === "t";
}
