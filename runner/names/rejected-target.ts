import type { Target } from "../target.ts";
import { fittingName } from "./fitting-name.js";

/** Where rows are kept that were not published: `<name>__rejected` beside their table. */
export function rejectedTarget({ schema, name }: Target): Target {
  return { schema, name: fittingName(`${name}__rejected`) };
}
