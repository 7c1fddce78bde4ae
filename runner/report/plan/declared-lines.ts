import type { DeclaredObjects } from "../../plan/objects/declared-objects.ts";
import { visibleText } from "../../text/terminal-text.ts";

/** Takes what a `postgres` block declares and returns it as lines for a plan. */
export function declaredLines(objects: DeclaredObjects): string[] {
  const { unlogged, fillfactor, tablespace } = objects;
  const storage = [
    ...(unlogged === undefined ? [] : [unlogged ? "unlogged" : "logged"]),
    ...(fillfactor === undefined ? [] : [`fillfactor ${fillfactor}`]),
    ...(tablespace === undefined ? [] : [`tablespace ${tablespace}`]),
  ];
  const lines = [
    ...objects.indexes.map(
      ({ name, unique, definition }) =>
        `${unique ? "unique index" : "index"} ${name} ${definition}`,
    ),
    ...objects.constraints.map(({ name, definition }) => `constraint ${name} ${definition}`),
    ...storage,
    ...objects.statistics.map(({ column, target }) => `statistics of ${column}: ${target}`),
    ...objects.grants.map(({ privilege, roles }) => `grant ${privilege} to ${roles.join(", ")}`),
  ];
  if (lines.length === 0) return ["declares: nothing any more; its declared objects are dropped"];
  return ["declares:", ...lines.map((line) => `    ${visibleText(line).replace(/\s+/g, " ")}`)];
}
