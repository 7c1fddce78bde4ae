import { isObject } from "./settings-reader.ts";

/**
 * Takes a free object as core's JSON has it, in protobuf's form `{ fields: { a: { numberValue: 1 } } }`,
 * and returns the plain one, `{ a: 1 }`; undefined when it is no object.
 */
export function plainStruct(struct: unknown): Record<string, unknown> | undefined {
  if (!isObject(struct)) return undefined;
  const fields = isObject(struct.fields) ? struct.fields : {};
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, plainValue(value)]));
}

function plainValue(value: unknown): unknown {
  if (!isObject(value)) return null;
  if ("structValue" in value) return plainStruct(value.structValue);
  if ("listValue" in value) {
    const list = value.listValue;
    return isObject(list) && Array.isArray(list.values) ? list.values.map(plainValue) : [];
  }
  const [plain] = ["stringValue", "numberValue", "boolValue"].filter((kind) => kind in value);
  return plain === undefined ? null : value[plain];
}
