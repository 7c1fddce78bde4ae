import { writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { compileProject } from "../runner/compile/compile-project.ts";
import type { CompiledGraph } from "../runner/compile/compiled-graph.ts";

const layers = ["dimensions", "bronze", "silver", "gold", "reports"];

interface Documented {
  name: string;
  layer: string;
  kind: string;
  description: string;
  columns: [name: string, description: string][];
}

/** The Markdown page that lists each relation of the warehouse with its columns, by layer and name. */
export async function dataDictionary(projectDir: string): Promise<string> {
  const relations = documented(await compileProject({ projectDir }));
  const chapters = layers.flatMap((layer) => [
    `## ${layer}`,
    ...relations.filter((relation) => relation.layer === layer).map(section),
  ]);
  return `${[
    "# Data dictionary",
    "Made from the descriptions in `definitions/` by `npm run dictionary`; do not edit it here. All relations are in the schema `resiliency`, and the database holds the same texts as comments.",
    ...chapters,
  ].join("\n\n")}\n`;
}

function documented(graph: CompiledGraph): Documented[] {
  const actions = [
    ...(graph.tables ?? []).map((table) => ({ ...table, kind: table.enumType ?? "TABLE" })),
    ...(graph.operations ?? []).map((operation) => ({ ...operation, kind: "TABLE" })),
  ];
  return actions
    .map(({ target, fileName = "", kind, actionDescriptor }) => ({
      name: target.name,
      layer: basename(dirname(fileName)),
      kind: kind.toLowerCase(),
      description: actionDescriptor?.description ?? "",
      columns: (actionDescriptor?.columns ?? []).map(
        ({ path, description = "" }): [string, string] => [path.join("."), description],
      ),
    }))
    .sort((one, other) => one.name.localeCompare(other.name, "en"));
}

function section({ name, kind, description, columns }: Documented): string {
  const rows = columns.map(([column, text]) => `| \`${column}\` | ${cell(text)} |`);
  return [
    `### ${name}`,
    "",
    `${kind}. ${description}`,
    "",
    "| column | |",
    "|---|---|",
    ...rows,
  ].join("\n");
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const projectDir = join(import.meta.dirname, "..");
  writeFileSync(join(projectDir, "docs", "data-dictionary.md"), await dataDictionary(projectDir));
}
