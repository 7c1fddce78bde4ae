import * as v from "valibot";

/*
 * Shapes of what tools write. Versions differ, so that a field of another type than expected counts
 * as one that is not there, and never spoils the rest.
 */

/** The schema's value; undefined when the field is absent, null or of another shape. */
export function maybe<const S extends v.GenericSchema>(schema: S) {
  return v.fallback(v.optional(schema), undefined) as v.GenericSchema<
    unknown,
    v.InferOutput<S> | undefined
  >;
}

/** A text, or a number written as one. */
export const text = maybe(
  v.pipe(
    v.union([v.string(), v.number()]),
    v.transform((value) => String(value)),
  ),
);

/** A number, or a text that is one. */
export const number = maybe(
  v.pipe(
    v.union([v.number(), v.pipe(v.string(), v.regex(/^\s*-?\d+(\.\d+)?(e[+-]?\d+)?\s*$/i))]),
    v.transform((value) => Number(value)),
  ),
);

/** A boolean, also written as text. */
export const flag = maybe(
  v.pipe(
    v.union([v.boolean(), v.picklist(["true", "false", "True", "False"])]),
    v.transform((value) => value === true || value === "true" || value === "True"),
  ),
);

/** A list; entries of another shape are left out. Empty when there is none. */
export function list<const S extends v.GenericSchema>(schema: S) {
  return v.fallback(
    v.pipe(
      v.array(v.fallback(v.optional(schema), undefined)),
      v.transform((entries) => entries.filter((entry) => entry !== undefined)),
    ),
    [],
  ) as v.GenericSchema<unknown, NonNullable<v.InferOutput<S>>[]>;
}

/** An object with any keys; entries of another shape are left out. Empty when there is none. */
export function dictionary<const S extends v.GenericSchema>(schema: S) {
  return v.fallback(
    v.pipe(
      v.record(v.string(), v.fallback(v.optional(schema), undefined)),
      v.transform((record) =>
        Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)),
      ),
    ),
    {},
  ) as v.GenericSchema<unknown, Record<string, NonNullable<v.InferOutput<S>>>>;
}

/** A text, a number or a boolean as text; of anything else, an empty one. */
export function plainText(value: unknown): string {
  return ["string", "number", "boolean"].includes(typeof value) ? String(value) : "";
}

/** Whether a value is an object and no list. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether an object has all of the keys. */
export function hasKeys(value: unknown, ...keys: string[]): value is Record<string, unknown> {
  return isObject(value) && keys.every((key) => Object.hasOwn(value, key));
}

/** The same value with keys as `startTime` where .NET and PowerShell write `StartTime`. */
export function withSmallKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withSmallKeys);
  if (!isObject(value)) return value;
  const small = (key: string) => key.slice(0, 1).toLowerCase() + key.slice(1);
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [small(key), withSmallKeys(field)]),
  );
}
