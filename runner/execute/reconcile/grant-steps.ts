import { qualifiedName, quoteIdentifier } from "../../names/identifiers.ts";
import type { DeclaredObjects } from "../../plan/objects/declared-objects.ts";
import type { Target } from "../../target.ts";
import type { ActualObjects } from "./actual-objects.ts";
import { forget, type Remembered, remember } from "./memory.ts";
import type { SettingStep } from "./setting-steps.ts";

/**
 * Grants declared privileges that are missing; revokes those that were granted for an earlier
 * declaration which is gone. Privileges that were granted by hand are not remembered, and so stay.
 */
export function grantSteps(
  target: Target,
  declared: DeclaredObjects,
  actual: ActualObjects,
  memory: readonly Remembered[],
): SettingStep[] {
  const keyOf = (privilege: string, role: string) => JSON.stringify([privilege, role]);
  const wanted = declared.grants.flatMap(({ privilege, roles }) =>
    roles.map((role) => keyOf(privilege, role)),
  );
  const there = new Set(actual.grants.map(({ privilege, role }) => keyOf(privilege, role)));
  const ours = memory.filter(({ kind }) => kind === "grant").map(({ name }) => name);
  const missing = wanted.filter((key) => !there.has(key) && roleOf(key) !== actual.owner);
  const gone = ours.filter((key) => !wanted.includes(key));
  return [
    ...missing.map((name) => ({
      change: `${spoken(name)} granted`,
      statements: [
        `grant ${onTo(target, name, "to")}`,
        ...(ours.includes(name) ? [] : [remember(target, { kind: "grant", name })]),
      ],
    })),
    ...gone.map((name) => ({
      ...(there.has(name) ? { change: `${spoken(name)} revoked` } : {}),
      statements: [
        ...(there.has(name) ? [`revoke ${onTo(target, name, "from")}`] : []),
        forget(target, { kind: "grant", name }),
      ],
    })),
  ];
}

function onTo(target: Target, key: string, preposition: "to" | "from"): string {
  const [privilege = ""] = JSON.parse(key) as string[];
  return `${privilege} on ${qualifiedName(target)} ${preposition} ${grantee(roleOf(key))}`;
}

/** A role as SQL; `public` is everybody. */
export function grantee(role: string): string {
  return role === "public" ? role : quoteIdentifier(role);
}

function roleOf(key: string): string {
  return (JSON.parse(key) as string[])[1] ?? "";
}

function spoken(key: string): string {
  return (JSON.parse(key) as string[]).join(" to ");
}
