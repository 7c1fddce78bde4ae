import { RunnerError } from "../errors.ts";
import { type Target, targetName } from "../target.ts";
import { nearestNames } from "../text/nearest-names.ts";
import type { ColumnGraph, LineageWalk } from "./column-graph.ts";
import type { ColumnName } from "./lineage.ts";

/** Lineage of a relation or of one of its columns. */
export interface AskedLineage {
  relation: Target;
  /** Absent when all columns are asked for. */
  column?: string;
  columns: string[];
  /** Absent when only the other direction is asked for. */
  up?: LineageWalk;
  down?: LineageWalk;
}

/**
 * Takes `model`, `schema.model`, `model.column` or `schema.model.column` and returns what the graph says
 * of it. Throws SELECTION_EMPTY when there is no such relation or column, USAGE when there are several.
 */
export function askedLineage(
  graph: ColumnGraph,
  name: string,
  directions: { up: boolean; down: boolean },
): AskedLineage {
  const { relation, column } = find(graph, name);
  const asked: ColumnName[] = (column === undefined ? relation.columns : [column]).map((each) => ({
    ...{ schema: relation.target.schema, table: relation.target.name, column: each },
  }));
  const target = { schema: relation.target.schema, name: relation.target.name };
  return {
    relation: target,
    ...(column !== undefined && { column }),
    columns: asked.map((each) => each.column),
    ...(directions.up && { up: graph.up(asked, target) }),
    ...(directions.down && { down: graph.down(asked, target) }),
  };
}

type Relation = ColumnGraph["relations"] extends ReadonlyMap<string, infer R> ? R : never;

function find(graph: ColumnGraph, name: string): { relation: Relation; column?: string } {
  const all = [...graph.relations.values()];
  const named = (text: string) =>
    all.filter(({ target }) => [target.name, targetName(target)].includes(text));
  const relation = single(named(name), name);
  if (relation) return { relation };
  const at = name.lastIndexOf(".");
  const owner = at < 0 ? undefined : single(named(name.slice(0, at)), name.slice(0, at));
  if (!owner) throw unknownRelation(all, at < 0 ? name : name.slice(0, at));
  const column = name.slice(at + 1);
  if (owner.columns.includes(column)) return { relation: owner, column };
  const near = nearestNames(column, owner.columns, 3);
  throw new RunnerError("SELECTION_EMPTY", `${targetName(owner.target)} has no column ${column}`, {
    hint:
      near.length > 0
        ? `did you mean ${near.join(" or ")}?`
        : `dataform lineage ${name.slice(0, at)}`,
  });
}

function single(found: readonly Relation[], name: string): Relation | undefined {
  if (found.length < 2) return found[0];
  throw new RunnerError("USAGE", `${name} is the name of ${found.length} relations`, {
    hint: `name one of them: ${found
      .slice(0, 5)
      .map(({ target }) => targetName(target))
      .join(", ")}`,
  });
}

function unknownRelation(all: readonly Relation[], name: string): RunnerError {
  const names = all.flatMap(({ target }) => [target.name, targetName(target)]);
  const near = nearestNames(name, names, 3);
  return new RunnerError("SELECTION_EMPTY", `nothing is named ${name}`, {
    hint:
      near.length > 0 ? `did you mean ${near.join(" or ")}?` : "dataform compile lists the actions",
  });
}
