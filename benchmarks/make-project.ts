import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { temporaryFolder } from "./temporary-folder.ts";

const require = createRequire(import.meta.url);

/**
 * A project of `count` small tables in layers of ten, each reading the one ten before it and
 * carrying one assertion. It compiles with the official command too, which wants a copy of core.
 * Gone when the process ends.
 */
export function makeProject(count: number): string {
  const folder = temporaryFolder(`${count}`);
  const core = dirname(require.resolve("@dataform/core"));
  cpSync(core, join(folder, "node_modules/@dataform/core"), { recursive: true });
  writeFileSync(join(folder, "package.json"), "{}");
  mkdirSync(join(folder, "definitions"));
  writeFileSync(
    join(folder, "dataform.json"),
    JSON.stringify({
      warehouse: "postgres",
      defaultDatabase: "bench",
      defaultSchema: "bench",
      assertionSchema: "bench_assertions",
    }),
  );
  for (let index = 0; index < count; index++) writeModel(folder, index, 0);
  return folder;
}

/** The environment of commands that keep what they compile, with nothing kept yet. Gone when the process ends. */
export function emptyCache(): { DATAFORM_COMPILE_CACHE: string } {
  const folder = temporaryFolder("compiled");
  return { DATAFORM_COMPILE_CACHE: folder };
}

/** Writes one model; another `added` makes other values. */
export function writeModel(folder: string, index: number, added: number): void {
  const config = `config {
  type: "table",
  description: "One row per id.",
  assertions: { nonNull: ["id"] },
}
`;
  const query = modelQuery(index, (name) => `\${ref("${name}")}`, added);
  writeFileSync(join(folder, "definitions", `model_${index}.sqlx`), `${config}\n${query}`);
}

/** The query of one model, with the name of the one before it as `ref` writes it. */
export function modelQuery(index: number, ref: (name: string) => string, added: number): string {
  const source =
    index < 10
      ? "generate_series(1, 20) as source (id)"
      : `${ref(`model_${index - 10}`)} as source`;
  return `select
  source.id,
  source.id * ${index} + ${added} as value
from ${source}
`;
}
