import { createHash, randomBytes } from "node:crypto";
import type { Target } from "../target.ts";

/** A name for something that belongs to a table: cut with a hash when it would be too long. */
export function nameBeside(target: Target, label: string): Target {
  const name = `${target.name}_${label}`;
  if (Buffer.byteLength(name) <= 63) return { schema: target.schema, name };
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 10);
  let start = target.name;
  while (Buffer.byteLength(start) > 40) start = [...start].slice(0, -1).join("");
  return { schema: target.schema, name: `${start}_${label.slice(0, 8)}_${hash}` };
}

/** A name that nothing can have yet. */
export function throwAwayName(target: Target): Target {
  return { schema: target.schema, name: `dataform_${randomBytes(8).toString("hex")}` };
}
