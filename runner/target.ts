/** What an action makes or checks: one relation of the warehouse. `database` is a label only. */
export interface Target {
  database?: string;
  schema: string;
  name: string;
}

/** An exact map key: two targets have the same key only when they are the same relation. */
export function targetKey(target: Target): string {
  const known = keys.get(target);
  // A target may be changed in place, when its name is completed.
  if (known?.name === target.name && known.schema === target.schema) return known.key;
  const { schema, name } = target;
  const key = JSON.stringify([schema ?? "", name]);
  keys.set(target, { schema, name, key });
  return key;
}

const keys = new WeakMap<Target, { schema: string; name: string; key: string }>();

/** The readable name, `schema.name`, for people; not a key and not SQL. */
export function targetName({ schema, name }: Target): string {
  return schema ? `${schema}.${name}` : name;
}

/** Kinds of relations that matter to a plan. */
export type RelationKind = "table" | "view" | "materialized view";
