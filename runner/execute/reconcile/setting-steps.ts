import { qualifiedName, quoteIdentifier } from "../../names/identifiers.ts";
import type { DeclaredObjects } from "../../plan/objects/declared-objects.ts";
import type { Target } from "../../target.ts";
import type { ActualObjects, ActualStorage } from "./actual-objects.ts";
import { forget, type Remembered, remember } from "./memory.ts";

/** A change of a setting that is remembered; without `change` only the memory is corrected. */
export interface SettingStep {
  change?: string;
  statements: string[];
}

/**
 * Returns the changes of statistics targets and the fillfactor, which block neither readers nor
 * writers.
 */
export function lightSteps(
  target: Target,
  declared: DeclaredObjects,
  actual: ActualObjects,
  memory: readonly Remembered[],
): SettingStep[] {
  const { fillfactor = null } = declared;
  const to = fillfactor === null ? "its default" : fillfactor;
  return [
    ...statisticsSteps(target, declared, actual, memory),
    ...storageSteps(
      target,
      actual,
      memory,
      "fillfactor",
      `fillfactor set to ${to}`,
      fillfactor !== null,
      (part) =>
        part.fillfactor === fillfactor
          ? undefined
          : fillfactor === null
            ? "reset (fillfactor)"
            : `set (fillfactor = ${fillfactor})`,
    ),
  ];
}

/**
 * Returns the changes of logging and tablespace: each rewrites the table and locks it meanwhile.
 */
export function heavySteps(
  target: Target,
  declared: DeclaredObjects,
  actual: ActualObjects,
  memory: readonly Remembered[],
): SettingStep[] {
  const { unlogged } = declared;
  const tablespace = declared.tablespace ?? actual.defaultTablespace;
  const persistence = `table set to ${unlogged ? "unlogged" : "logged"}`;
  const moved = `tablespace set to ${tablespace}`;
  const isPlaced = declared.tablespace !== undefined;
  return [
    ...storageSteps(
      target,
      actual,
      memory,
      "unlogged",
      persistence,
      unlogged !== undefined,
      (part) =>
        part.unlogged === (unlogged ?? false)
          ? undefined
          : `set ${part.unlogged ? "logged" : "unlogged"}`,
    ),
    ...storageSteps(target, actual, memory, "tablespace", moved, isPlaced, (part) =>
      part.tablespace === tablespace ? undefined : `set tablespace ${quoteIdentifier(tablespace)}`,
    ),
  ];
}

function statisticsSteps(
  target: Target,
  declared: DeclaredObjects,
  actual: ActualObjects,
  memory: readonly Remembered[],
): SettingStep[] {
  const ours = memory.filter(({ kind }) => kind === "statistics").map(({ name }) => name);
  const byDefault = ours
    .filter((name) => declared.statistics.every(({ column }) => column !== name))
    .map((column) => ({ column, target: -1 }));
  return [...declared.statistics, ...byDefault].flatMap(({ column, target: wanted }) => {
    const current = actual.columns.find(({ name }) => name === column);
    const entry = { kind: "statistics", name: column } as const;
    const statement = `alter ${alterable(actual)} ${qualifiedName(target)} alter column ${quoteIdentifier(column)} set statistics ${wanted}`;
    // For a declared column that does not exist PostgreSQL reports the error.
    const differs = current === undefined ? wanted !== -1 : current.statistics !== wanted;
    const memorized = memorize(target, entry, wanted !== -1, ours.includes(column));
    return step(
      `statistics of "${column}" set to ${wanted}`,
      differs ? [statement] : [],
      memorized,
    );
  });
}

function storageSteps(
  target: Target,
  actual: ActualObjects,
  memory: readonly Remembered[],
  kind: "fillfactor" | "unlogged" | "tablespace",
  change: string,
  isDeclared: boolean,
  actionFor: (part: ActualStorage) => string | undefined,
): SettingStep[] {
  const entry = { kind, name: "" } as const;
  const isOurs = memory.some((each) => each.kind === kind);
  if (!isDeclared && !isOurs) return [];
  const statements = actual.parts.flatMap((part) => {
    const action = actionFor(part);
    return action ? [`alter ${alterable(actual)} ${qualifiedName(part)} ${action}`] : [];
  });
  return step(change, statements, memorize(target, entry, isDeclared, isOurs));
}

function alterable({ kind }: ActualObjects): string {
  return kind === "materialized view" ? kind : "table";
}

function memorize(target: Target, entry: Remembered, isDeclared: boolean, isOurs: boolean) {
  if (isDeclared === isOurs) return [];
  return [isDeclared ? remember(target, entry) : forget(target, entry)];
}

function step(
  change: string,
  statements: readonly string[],
  memorized: readonly string[],
): SettingStep[] {
  if (statements.length + memorized.length === 0) return [];
  const said = statements.length > 0 ? { change } : {};
  return [{ ...said, statements: [...statements, ...memorized] }];
}
