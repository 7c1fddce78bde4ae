import { ActionFailure } from "../errors.ts";
import { isChange, type PublishTask } from "../plan/publish-task.ts";
import { misfits, readAttachments } from "../relation/attachments/attachments.ts";
import { readDependents } from "../relation/read-dependents.ts";
import { readLosses, refuseLosses } from "../relation/refuse-losses.ts";
import { type Column, readRelation } from "../relation/relation.ts";
import type { PlannedColumn } from "../results/plan-findings.ts";
import type { RelationKind } from "../target.ts";
import { targetKey, targetName } from "../target.ts";
import { type DefineContext, define } from "./define.ts";

/** A relation that was made in the overlay, with the existing relation of that name. */
export interface Rebuilt extends DefineContext {
  current: readonly PlannedColumn[] | undefined;
  /** Targets of the graph: the run makes their views again anyhow. */
  inGraph: ReadonlySet<string>;
}

/**
 * When a run would make a relation anew, makes the views that others built on it in the overlay,
 * too. Throws ActionFailure, as the run does, for a view that would break and for objects that cannot
 * be put on the new relation.
 */
export async function checkDependents(task: PublishTask, rebuilt: Rebuilt): Promise<void> {
  const { session, overlay, target, inGraph } = rebuilt;
  if (!(await isMadeAnew(task, rebuilt))) return;
  if (!isChange(task)) {
    const views = (await readDependents(session, target)).map((each) => each.target);
    refuseLosses(target, await readLosses(session, [target, ...views]));
    const shape = { kind: kindOf(task), columns: await plannedColumns(rebuilt) };
    refuseLosses(target, misfits(await readAttachments(session, target), shape));
  }
  for (const { target: view, kind, definition } of await readDependents(session, target)) {
    if (inGraph.has(targetKey(view)) || overlay.has(view)) continue;
    try {
      const viewKind = kind === "materialized view" ? kind : "view";
      await define(definition, viewKind, { session, overlay, target: view });
    } catch (error) {
      if (!(error instanceof ActionFailure)) throw error;
      throw new ActionFailure({
        ...error.error,
        message: `${targetName(target)} would not be changed: ${targetName(view)} is built on it and would break: ${error.error.message}`,
        hint: `change or drop ${targetName(view)} first`,
      });
    }
  }
}

async function isMadeAnew(task: PublishTask, rebuilt: Rebuilt): Promise<boolean> {
  const { overlay, current } = rebuilt;
  if (!current) return false;
  if ("dropFirst" in task && task.dropFirst) return true;
  const planned = await plannedColumns(rebuilt);
  const isSame = (column: PlannedColumn, index: number) =>
    planned[index]?.name === column.name &&
    overlay.original(planned[index]?.type ?? "") === column.type;
  if (isChange(task)) {
    return !current.every(({ name, type }) =>
      planned.some((column) => column.name === name && overlay.original(column.type) === type),
    );
  }
  const hasOtherCount = planned.length !== current.length && task.strategy !== "view";
  return hasOtherCount || !current.every(isSame);
}

async function plannedColumns({ session, overlay, target }: Rebuilt): Promise<Column[]> {
  const place = { schema: await overlay.schemaFor(target.schema), name: target.name };
  return (await readRelation(session, place))?.columns ?? [];
}

function kindOf({ strategy }: PublishTask): RelationKind {
  if (strategy === "view") return "view";
  return strategy === "materialized" ? "materialized view" : "table";
}
