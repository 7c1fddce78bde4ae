import type { Session } from "../database/database.ts";
import { RunnerError } from "../errors.ts";
import { closure, createDag, findCycle, topologicalOrder } from "../graph/dag.ts";
import { dependenciesQuery, objectsQuery } from "./objects-query.ts";

/** The objects of a database, so that each finds what it builds on. */
export interface OrderedObjects {
  /** The keys of all, as `objectsQuery` gives them. */
  keys: string[];
  /** The statements that make them, before there are rows. */
  early: string[];
  /** Those that need a key of a table, as a view that groups by it, and what builds on them. */
  late: string[];
}

/** Reads the statements that make all objects. Throws DATABASE_FAILED, with names, when there is no such order. */
export async function readObjects(session: Session): Promise<OrderedObjects> {
  const { rows } = await session.query(objectsQuery);
  const statements = new Map(rows.map(([key, statement]) => [key ?? "", statement ?? ""]));
  const parents = new Map([...statements.keys()].map((key) => [key, new Set<string>()]));
  const needsKey = new Set<string>();
  const { rows: edges } = await session.query(dependenciesQuery);
  for (const [key, parent] of edges) {
    if (!key || !parent || !statements.has(key)) continue;
    if (statements.has(parent)) parents.get(key)?.add(parent);
    if (parent.startsWith("k")) needsKey.add(key);
  }
  const dag = createDag(parents);
  const isLate = closure(dag, needsKey, "children");
  const statementsOf = (keys: readonly string[]) => keys.map((key) => statements.get(key) ?? "");
  refuseCircle(statementsOf(findCycle(dag) ?? []));
  const keys = topologicalOrder(dag);
  const late = statementsOf(keys.filter((key) => isLate.has(key)));
  // Its rows would have to be there before the keys.
  refuseCircle(late.filter((statement) => /^create (unlogged )?table /.test(statement)));
  return { keys, early: statementsOf(keys.filter((key) => !isLate.has(key))), late };
}

function refuseCircle(statements: readonly string[]): void {
  if (statements.length === 0) return;
  const named = statements.slice(0, 5).map((statement) => `${statement.slice(0, 60)}…`);
  throw new RunnerError(
    "DATABASE_FAILED",
    `objects of this database need each other in a circle: ${named.join(", ")}`,
    { hint: "back it up with pg_dump" },
  );
}
