import { randomBytes } from "node:crypto";
import type { Target } from "../target.ts";
import { fittingName } from "./fitting-name.js";

/** A name for something that belongs to a table: `<table>_<label>`, shortened where it is too long. */
export function nameBeside({ schema, name }: Target, label: string): Target {
  return { schema, name: fittingName(name, label) };
}

/** A name that nothing can have yet. */
export function throwAwayName(target: Target): Target {
  return { schema: target.schema, name: `dataform_${randomBytes(8).toString("hex")}` };
}
