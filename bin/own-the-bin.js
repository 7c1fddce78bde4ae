// Runs after `npm ci` in the repository only. @dataform/cli, the oracle of the conformance tests,
// brings a bin of the same name, and npm links it without a warning (docs/decisions/0003).
import { existsSync, rmSync, symlinkSync } from "node:fs";

const binFolder = new URL("../node_modules/.bin/", import.meta.url);
if (process.platform !== "win32" && existsSync(binFolder)) {
  for (const name of ["dataform", "dataform-postgres"]) {
    const link = new URL(name, binFolder);
    rmSync(link, { force: true });
    symlinkSync("../../bin/dataform.js", link);
  }
}
