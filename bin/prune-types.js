// Deletes the declarations in dist/ that nothing of the library's own reaches: most are of its inside.
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const dist = fileURLToPath(new URL("../dist", import.meta.url));
/** @type {Set<string>} */
const reached = new Set();

/** @param {string} file */
function reach(file) {
  if (reached.has(file)) return;
  reached.add(file);
  for (const [, path = ""] of readFileSync(file, "utf8").matchAll(
    /["'](\.\.?\/[^"']+)\.(?:ts|js)["']/g,
  )) {
    reach(join(dirname(file), `${path}.d.ts`));
  }
}

reach(join(dist, "runner", "index.d.ts"));
for (const name of readdirSync(dist, { recursive: true, encoding: "utf8" })) {
  const file = join(dist, name);
  if (name.endsWith(".d.ts") && !reached.has(file)) rmSync(file);
}
