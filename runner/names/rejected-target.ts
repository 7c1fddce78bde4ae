import { fittingName } from "../compile/compiler-process/dialect/postgres-dialect.js";
import type { Target } from "../target.ts";

/** Where rows are kept that were not published: `<name>__rejected` beside their table. */
export function rejectedTarget({ schema, name }: Target): Target {
  return { schema, name: fittingName(`${name}__rejected`) };
}
