import { dirname } from "node:path/posix";
import { actionsOf, type CompiledEntry, type CompiledGraph } from "../../compile/compiled-graph.ts";
import type { ActionLineage } from "../../lineage/lineage.ts";
import { type Target, targetKey, targetName } from "../../target.ts";
import type { Docs, DocsAction, DocsKind, Relation } from "../docs.ts";
import type { ProjectHistory } from "../read/read-runs.ts";
import { fillColumns } from "./columns-of.ts";
import { pageNames } from "./page-names.ts";
import { type PlannedAction, planOf } from "./plan-of.ts";
import { stateOf } from "./state-of.ts";

/** What was read of a project. */
export interface Known {
  compiled: CompiledGraph;
  relations: ReadonlyMap<string, Relation>;
  history: ProjectHistory | undefined;
  lineage: readonly ActionLineage[];
  sourceOf: (fileName: string) => string | undefined;
}

/** Puts together what is known of each action and how actions depend on each other. */
export function collectDocs(
  known: Known,
  about: Omit<Docs, "actions" | "byKey" | "runs" | "errors">,
): Docs {
  const { compiled, history } = known;
  const plan = planOf(compiled);
  const facts = { ...known, plan, pageOf: pageNames("models") };
  const lineage = new Map(known.lineage.map((each) => [targetKey(each.target), each]));
  const actions = actionsOf(compiled)
    .filter(({ action }) => action.target?.name !== undefined)
    .map((entry) => actionOf(entry, { ...facts, lineageOf: (key) => lineage.get(key) }))
    .sort(byFolderAndName);
  const byKey = new Map(actions.map((action) => [action.key, action]));
  for (const action of byKey.values()) connect(action, byKey);
  for (const { gates } of plan.values()) {
    for (const key of gates) {
      const gate = byKey.get(key);
      if (gate) gate.isGate = true;
    }
  }
  fillColumns(actions, byKey);
  const errors = (compiled.graphErrors?.compilationErrors ?? []).map((error) => ({
    place: error.fileName ?? error.actionName ?? "",
    message: error.message,
  }));
  return { ...about, actions: [...byKey.values()], byKey, runs: history?.runs ?? [], errors };
}

interface Facts extends Known {
  plan: ReadonlyMap<string, PlannedAction>;
  lineageOf: (key: string) => ActionLineage | undefined;
  pageOf: (target: Target) => string;
}

function actionOf(entry: CompiledEntry, facts: Facts): DocsAction {
  const { action } = entry;
  const { compiled, relations, history, lineageOf, plan, pageOf, sourceOf } = facts;
  const { target, fileName = "", disabled: isDisabled = false } = action;
  const key = targetKey(target);
  const ofAction = history?.byAction.get(key) ?? [];
  const isOwnSchema = target.schema === compiled.projectConfig.defaultSchema;
  return {
    ...{ key, target, entry, fileName, isDisabled },
    name: isOwnSchema || entry.type === "assertion" ? target.name : targetName(target),
    page: pageOf(target),
    kind: kindOf(entry),
    settings: "settings" in action ? action.settings : undefined,
    folder: folderOf(fileName),
    source: fileName === "" ? undefined : sourceOf(fileName),
    tags: "tags" in action ? (action.tags ?? []) : [],
    description: ("actionDescriptor" in action && action.actionDescriptor?.description) || "",
    state: stateOf(ofAction, isDisabled),
    ...{ columns: [], parents: [], children: [], waitsFor: [], checks: [], checked: [] },
    rule: plan.get(key)?.rule,
    isGate: false,
    how: plan.get(key)?.how,
    relation: relations.get(key),
    lineage: lineageOf(key),
    history: ofAction,
  };
}

function kindOf({ type, action }: CompiledEntry): DocsKind {
  return type === "view" && action.materialized ? "materialized view" : type;
}

/** `definitions/silver/a.sqlx` is in `silver`. */
function folderOf(fileName: string): string {
  return dirname(fileName).replace(/^definitions(\/|$)/, "") || ".";
}

function byFolderAndName(one: DocsAction, other: DocsAction): number {
  return one.folder.localeCompare(other.folder, "en") || one.name.localeCompare(other.name, "en");
}

function connect(action: DocsAction, byKey: ReadonlyMap<string, DocsAction>): void {
  const { dependencyTargets = [] } = action.entry.action;
  const found = new Set(dependencyTargets.flatMap((target) => byKey.get(targetKey(target)) ?? []));
  found.delete(action);
  const parents = [...found].filter(({ kind }) => kind !== "assertion");
  action.waitsFor = [...found].filter(({ kind }) => kind === "assertion");
  if (action.kind !== "assertion") {
    action.parents = parents;
    for (const parent of parents) parent.children.push(action);
    return;
  }
  action.checked = checkedBy(action, parents, byKey);
  for (const checked of action.checked) checked.checks.push(action);
}

function checkedBy(
  { entry }: DocsAction,
  parents: readonly DocsAction[],
  byKey: ReadonlyMap<string, DocsAction>,
): DocsAction[] {
  if (entry.type !== "assertion") return [];
  const { parentAction, freshnessOf } = entry.action;
  const named = [parentAction, freshnessOf].flatMap((each) => (each ? [targetKey(each)] : []));
  const own = named.flatMap((key) => byKey.get(key) ?? []);
  return own.length > 0 ? own : [...parents];
}
