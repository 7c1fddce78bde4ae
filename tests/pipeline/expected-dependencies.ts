import fc from "fast-check";

/** Applications with their objectives in minutes, and their dependencies, on one day. */
export interface Landscape {
  ids: readonly number[];
  /** Without an entry: no objective. */
  objectives: ReadonlyMap<number, number>;
  dependencies: readonly (readonly [caller: number, needed: number])[];
}

const ids = [1, 2, 3, 4, 5, 6, 7];
const id = fc.constantFrom(...ids);

/** Any landscape of seven applications. */
export const landscapes: fc.Arbitrary<Landscape> = fc.record({
  ids: fc.constant(ids),
  objectives: fc
    .uniqueArray(fc.tuple(id, fc.constantFrom(10, 20, 30)), { selector: ([of]) => of })
    .map((pairs) => new Map(pairs)),
  dependencies: fc.uniqueArray(
    fc.tuple(id, id).filter(([caller, needed]) => caller !== needed),
    { selector: String, maxLength: 14 },
  ),
});

/** Statements that put a landscape into the place of the dimensions' rows. */
export function statementsOf({ ids, objectives, dependencies }: Landscape): string[] {
  const applications = ids.map((id) => `(${id}, ${text(nameOf(id))})`);
  const spans = [...objectives].map(([id, minutes]) => `(${id}, ${minutes}, '2000-01-01')`);
  const lines = dependencies.map(
    ([caller, needed]) => `(${caller}, ${needed}, ${text(reasonOf(caller, needed))}, '2000-01-01')`,
  );
  return [
    "truncate resiliency.dim_recovery_objectives, resiliency.dim_application_dependencies",
    "truncate resiliency.dim_applications cascade",
    `insert into resiliency.dim_applications (app_id, app_name) values ${applications}`,
    ...insert("dim_recovery_objectives (app_id, rto_minutes, valid_from)", spans),
    ...insert(
      "dim_application_dependencies (app_id, dependency_app_id, reason, valid_from)",
      lines,
    ),
  ];
}

/** The report's rows in its text form, by a breadth-first search from each application. */
export function expectedDependencies(landscape: Landscape): Record<string, string | null>[] {
  return [...landscape.ids].flatMap((caller) => {
    const paths = shortestPaths(caller, landscape);
    const found = [...paths.keys()].sort((one, other) => one - other);
    return found.flatMap((needed) => rowOf(caller, needed, paths.get(needed) ?? [], landscape));
  });
}

function rowOf(caller: number, needed: number, path: readonly number[], landscape: Landscape) {
  const own = landscape.objectives.get(caller);
  const other = landscape.objectives.get(needed);
  if (own !== undefined && other !== undefined && other <= own) return [];
  const missing = other === undefined ? "dependency" : "caller";
  const isKnown = own !== undefined && other !== undefined;
  return [
    {
      app_id: String(caller),
      rto_minutes: own === undefined ? null : String(own),
      dependency_app_id: String(needed),
      dependency_rto_minutes: other === undefined ? null : String(other),
      problem: isKnown ? "longer" : `${missing}_without_objective`,
      excess_minutes: isKnown ? String(other - own) : null,
      distance: String(path.length - 1),
      path: path.map(nameOf).join(" > "),
      reason: reasonOf(caller, path[1] ?? 0),
    },
  ];
}

/** Of several shortest paths the one that is first in the order of its numbers. */
function shortestPaths(start: number, { dependencies }: Landscape): Map<number, number[]> {
  const paths = new Map<number, number[]>();
  let level = [[start]];
  while (level.length > 0) {
    const found = new Map<number, number[]>();
    for (const path of level) {
      for (const next of neededBy(path.at(-1), dependencies)) {
        if (next === start || paths.has(next) || found.has(next)) continue;
        found.set(next, [...path, next]);
      }
    }
    for (const [id, path] of found) paths.set(id, path);
    level = [...found.values()].sort(compare);
  }
  return paths;
}

function neededBy(id: number | undefined, dependencies: Landscape["dependencies"]): number[] {
  const needed = dependencies.filter(([caller]) => caller === id).map(([, needed]) => needed);
  return needed.sort((one, other) => one - other);
}

function compare(one: readonly number[], other: readonly number[]): number {
  const index = one.findIndex((id, at) => id !== other[at]);
  return index < 0 ? 0 : (one[index] ?? 0) - (other[index] ?? 0);
}

function insert(target: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`insert into resiliency.${target} values ${lines.join(", ")}`];
}

function nameOf(id: number): string {
  return `app ${id}`;
}

function reasonOf(caller: number, needed: number): string {
  return `${caller} calls ${needed}`;
}

function text(value: string): string {
  return `'${value}'`;
}
