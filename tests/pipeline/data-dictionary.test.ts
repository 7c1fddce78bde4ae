import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { dataDictionary } from "../../generator/data-dictionary.ts";
import { projectDir } from "./warehouse.ts";

it("docs/data-dictionary.md says what definitions/ says; if not: npm run dictionary", async () => {
  const page = readFileSync(join(projectDir, "docs/data-dictionary.md"), "utf8");
  expect(page).toBe(await dataDictionary(projectDir));
  expect(page).toContain("| `rto_compliant` | False when a test breached the objective");
});
