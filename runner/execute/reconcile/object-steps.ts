import { qualifiedName, quoteIdentifier, quoteLiteral } from "../../names/identifiers.ts";
import { hashOfOurs, markerOf } from "../../names/our-marks.ts";
import type {
  DeclaredConstraint,
  DeclaredIndex,
  DeclaredObjects,
} from "../../plan/objects/declared-objects.ts";
import type { Target } from "../../target.ts";
import type { ActualConstraint, ActualIndex, ActualObjects } from "./actual-objects.ts";
import { primaryKeyStep, setNullable } from "./primary-key.ts";
import type { Step } from "./step.ts";

/**
 * Returns the steps that drop, repair or create indexes and constraints until exactly the declared ones
 * exist.
 */
export function objectSteps(
  target: Target,
  declared: Pick<DeclaredObjects, "indexes" | "constraints">,
  actual: ActualObjects,
): Step[] {
  const taken = new Set([...declared.indexes, ...declared.constraints].map(({ name }) => name));
  const oldConstraints = actual.constraints.filter((each) =>
    isOutdated(each, declared.constraints),
  );
  const missing = declared.constraints.filter((each) => !isThere(each, actual.constraints));
  const building = missing.filter(({ kind }) => kind === "primary key");
  const oldIndexes = actual.indexes.filter((index) =>
    isOutdated(index, [...declared.indexes, ...building.map(asBuilt)], index.valid),
  );
  const isFirst = (index: ActualIndex) => index.unique || taken.has(index.name) || !index.valid;
  return [
    ...oldConstraints.map((constraint) => dropConstraint(target, constraint)),
    ...oldIndexes.filter(isFirst).map((index) => dropIndex(target, index, true)),
    ...declared.indexes.flatMap((index) => indexSteps(target, index, actual)),
    ...missing.map((constraint) =>
      constraint.kind === "primary key"
        ? primaryKeyStep(target, constraint, actual)
        : addConstraint(target, constraint),
    ),
    ...declared.constraints.flatMap((each) => validateSteps(target, each, actual)),
    ...oldIndexes
      .filter((index) => !isFirst(index))
      .map((index) => dropIndex(target, index, false)),
  ];
}

interface Named {
  name: string;
  comment: string | null;
}

function isThere(wanted: { name: string; hash: string }, actual: readonly Named[]): boolean {
  return actual.some((each) => each.name === wanted.name && hashOfOurs(each) === wanted.hash);
}

// Objects without a hash were made by others.
function isOutdated(
  actual: Named,
  declared: readonly { name: string; buildName: string; hash: string }[],
  valid = true,
): boolean {
  const hash = hashOfOurs(actual);
  if (hash === undefined) return false;
  const wanted = declared.find((each) => each.hash === hash);
  return !valid || (wanted?.name !== actual.name && wanted?.buildName !== actual.name);
}

function asBuilt({ hash, buildName }: DeclaredConstraint) {
  return { hash, buildName, name: buildName };
}

function indexSteps(target: Target, index: DeclaredIndex, actual: ActualObjects): Step[] {
  const valid = actual.indexes.filter((each) => each.valid);
  if (isThere(index, valid)) return [];
  const table = qualifiedName(target);
  const named = nameIndex(target, index);
  if (valid.some(({ name }) => name === index.buildName)) {
    const change = `index "${index.name}" named`;
    return [{ change, first: false, inside: named, outside: [named], undo: [] }];
  }
  const unique = index.unique ? "unique " : "";
  const create = (how: string) =>
    `create ${unique}index ${how}${quoteIdentifier(index.buildName)} on ${table} ${index.definition}`;
  return [
    {
      change: `index "${index.name}" created`,
      first: false,
      inside: [create(""), ...named],
      outside: [create("concurrently "), ...(named.length > 0 ? [named] : [])],
      undo: [`drop index concurrently if exists ${inSchema(target, index.buildName)}`],
    },
  ];
}

function nameIndex(target: Target, index: DeclaredIndex): string[] {
  if (index.name === index.buildName) return [];
  return [
    `alter index ${inSchema(target, index.buildName)} rename to ${quoteIdentifier(index.name)}`,
    `comment on index ${inSchema(target, index.name)} is ${quoteLiteral(markerOf(index))}`,
  ];
}

function dropIndex(target: Target, { name, valid }: ActualIndex, first: boolean): Step {
  return {
    change: `index "${name}" dropped${valid ? "" : ", which an interrupted build left behind"}`,
    first,
    inside: [`drop index ${inSchema(target, name)}`],
    outside: [`drop index concurrently if exists ${inSchema(target, name)}`],
    undo: [],
  };
}

function addConstraint(target: Target, constraint: DeclaredConstraint): Step {
  const { name, kind, definition } = constraint;
  const add = `alter table ${qualifiedName(target)} add constraint ${quoteIdentifier(name)} ${definition}`;
  const on = `constraint ${quoteIdentifier(name)} on ${qualifiedName(target)}`;
  const comment = `comment on ${on} is ${quoteLiteral(markerOf(constraint))}`;
  return {
    change: `${kind} "${name}" added`,
    ...(kind === "foreign key" && { isForeignKey: true as const }),
    first: false,
    inside: [add, comment],
    outside: [[`${add} not valid`, comment], [validate(target, name)]],
    undo: [
      `alter table ${qualifiedName(target)} drop constraint if exists ${quoteIdentifier(name)}`,
    ],
  };
}

function validateSteps(
  target: Target,
  constraint: DeclaredConstraint,
  actual: ActualObjects,
): Step[] {
  const waiting = actual.constraints.filter(({ validated }) => !validated);
  if (!isThere(constraint, waiting)) return [];
  const { name, kind } = constraint;
  const statement = validate(target, name);
  const change = `${kind} "${name}" validated`;
  return [{ change, first: false, inside: [statement], outside: [[statement]], undo: [] }];
}

function validate(target: Target, name: string): string {
  return `alter table ${qualifiedName(target)} validate constraint ${quoteIdentifier(name)}`;
}

function dropConstraint(target: Target, constraint: ActualConstraint): Step {
  const { name } = constraint;
  const statements = [
    `alter table ${qualifiedName(target)} drop constraint ${quoteIdentifier(name)}`,
    ...setNullable(target, constraint.comment),
  ];
  const change = `constraint "${name}" dropped`;
  return { change, first: true, inside: statements, outside: [statements], undo: [] };
}

function inSchema({ schema }: Target, name: string): string {
  return qualifiedName({ schema, name });
}
