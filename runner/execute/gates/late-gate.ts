import type { Session } from "../../database/database.ts";
import { qualifiedName } from "../../names/identifiers.ts";
import type { ExecutionAction, ExecutionTask } from "../../plan/execution-graph.ts";
import type { Target } from "../../target.ts";
import { changesWhatIsWritten, mayChangeRows } from "./changes-rows.ts";
import { type Gate, openGate } from "./gate.ts";

/** The gate of an action, at the two moments when rows can be judged. */
export interface GateOfAction {
  /** Judges the new rows when they are published, unless something may still change them. */
  gate: Gate;
  /** Judges the relation as it would be committed, when the rows were not judged before. */
  judgeAtEnd: () => Promise<void>;
}

/**
 * Takes the gate of an action and decides when it judges: at the publication, or, when post-operations,
 * triggers or rules may change the rows after that, at the end of the action.
 */
export function gateOfAction(action: ExecutionAction, session: Session, gate: Gate): GateOfAction {
  if (gate === openGate) return { gate, judgeAtEnd: async () => undefined };
  const { target } = action;
  let isLeftOpen = false;
  // Nothing before the publication makes triggers: they are asked for in the first message of the action.
  const early = action.tasks[0]?.type === "publish" ? rowsMayChange(action, session) : undefined;
  early?.catch(() => undefined);
  return {
    gate: async (relation, newRows, known) => {
      isLeftOpen =
        (await (early ?? rowsMayChange(action, session))) ||
        (await isChangedLater(action, session));
      if (!isLeftOpen) await gate(relation, newRows, known);
    },
    judgeAtEnd: async () => {
      if (!isLeftOpen) return;
      // Deferred triggers run before the gate judges.
      await session.authored("set constraints all immediate");
      await gate(qualifiedName(target));
    },
  };
}

/** Whether post-operations may change what was published. */
async function isChangedLater(
  { tasks, target }: ExecutionAction,
  session: Session,
): Promise<boolean> {
  const published = tasks.findIndex(({ type }) => type === "publish");
  for (const { statement } of tasks.slice(published + 1)) {
    if (await mayChangeRows(session, statement, target)) return true;
  }
  return false;
}

/** Whether triggers or rules may change rows on their way into the relation. */
async function rowsMayChange(
  { tasks, target, distribution }: ExecutionAction,
  session: Session,
): Promise<boolean> {
  // The rows of a table that its query makes are in it from the beginning.
  const isMadeFull = (task: ExecutionTask) =>
    task.type === "publish" &&
    task.strategy === "create" &&
    !(task.dropFirst || task.partitioning || distribution);
  if (tasks.some(isMadeFull)) return false;
  return hasTriggersOrRules(session, target);
}

async function hasTriggersOrRules(session: Session, target: Target): Promise<boolean> {
  const query = `select ${changesWhatIsWritten("to_regclass($1)::oid")}`;
  const { rows } = await session.catalogue(query, [qualifiedName(target)]);
  return rows[0]?.[0] === "t";
}
