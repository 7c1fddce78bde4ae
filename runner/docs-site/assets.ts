import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The style and the script of the pages. */
export interface Assets {
  style: string;
  script: string;
}

/** Reads the style and the script; in the repository, where the sources are, the script is made first. */
export async function readAssets(): Promise<Assets> {
  const built = new URL("../docs-site/assets/docs.js", import.meta.url);
  const style = ["../pages/assets/pages.css", "../docs-site/assets/docs.css"]
    .map((path) => readFileSync(new URL(path, import.meta.url), "utf8"))
    .join("\n");
  if (existsSync(built)) return { style, script: readFileSync(built, "utf8") };
  const { bundleScript } = await import("../pages/bundle-script.ts");
  const entry = fileURLToPath(new URL("../docs-site/client/main.ts", import.meta.url));
  return { style, script: await bundleScript(entry) };
}
