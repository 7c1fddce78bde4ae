import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { CompiledGraph } from "../../../runner/compile/compiled-graph.ts";
import type {
  Catalogue,
  CatalogueFunction,
  CatalogueRelation,
} from "../../../runner/lineage/catalogue.ts";
import type { RelationLineage } from "../../../runner/lineage/lineage.ts";
import { lineageOfProject } from "../../../runner/lineage/lineage-of-project.ts";
import { targetKey } from "../../../runner/target.ts";

const folder = join(import.meta.dirname, "corpus");

/** A query of the corpus and what is expected of it, line by line. */
export interface Case {
  title: string;
  sql: string;
  expected: string[];
  /** The first version of PostgreSQL that knows the query. */
  since: number;
  /** A table whose whole rows it reads, or whose type it names. */
  wholeRow?: string | undefined;
}

/** The tables that the queries read. */
export const schemaSql = readFileSync(join(folder, "schema.sql"), "utf8");

/** Takes the name of a file of the corpus and returns its cases. */
export function readCorpus(name: string): Case[] {
  const blocks = readFileSync(join(folder, `${name}.sql`), "utf8").split(/\n(?=-- title: )/);
  return blocks.map((block) => {
    const lines = block.trim().split("\n");
    const noteOf = (key: string) =>
      lines.find((line) => line.startsWith(`-- ${key}: `))?.slice(key.length + 5);
    const isNote = (line: string) => /^-- (title|since|whole row): /.test(line);
    return {
      title: noteOf("title") ?? "",
      wholeRow: noteOf("whole row"),
      since: Number(noteOf("since") ?? 15),
      sql: lines.filter((line) => !line.startsWith("-- ")).join("\n"),
      expected: lines.filter((line) => line.startsWith("-- ") && !isNote(line)),
    };
  });
}

/** The columns of `schema.sql`, as a database that has run it would tell them. */
export function corpusCatalogue(): Catalogue {
  const relations = new Map<string, CatalogueRelation>();
  const types = new Map<string, string[]>();
  for (const [, kind, written = "", body = ""] of schemaSql.matchAll(
    /create (type|table) ([\w.]+) (?:as )?\(([^;]*)\);/g,
  )) {
    const columns = body.split(/,\s*/).map((each) => {
      const [, quoted, plain, type = ""] = /^\s*(?:"([^"]+)"|(\w+))\s+(.*?)\s*$/.exec(each) ?? [];
      const fields = types.get(type);
      return { name: quoted ?? plain ?? "", type, ...(fields && { fields }) };
    });
    if (kind === "type")
      types.set(
        written,
        columns.map(({ name }) => name),
      );
    const [name = "", schema = "public"] = written.split(".").reverse();
    if (kind === "table") relations.set(targetKey({ schema, name }), { columns });
  }
  const systemColumns = ["relname", "relkind", "relnamespace"];
  relations.set(targetKey({ schema: "pg_catalog", name: "pg_class" }), {
    columns: systemColumns.map((name) => ({ name, type: "" })),
  });
  const functions = new Map<string, CatalogueFunction[]>([
    ["refresh_all", [{ schema: "public", isAggregate: false, mayRead: true }]],
    [
      "split_up",
      [
        { schema: "public", isAggregate: false, mayRead: false, columns: ["word"] },
        { schema: "public", isAggregate: false, mayRead: false, columns: ["part", "place"] },
      ],
    ],
    // The one of a text search vector: those of arrays have no named columns, and are not in a catalogue.
    [
      "unnest",
      [
        {
          ...{ schema: "pg_catalog", isAggregate: false, mayRead: false },
          columns: ["lexeme", "positions", "weights"],
        },
      ],
    ],
  ]);
  return { relations, functions };
}

/** The lineage of one query, as the only view of a project. */
export async function lineageOfQuery(
  query: string,
  catalogue: Catalogue | undefined,
): Promise<RelationLineage> {
  const target = { schema: "public", name: "made" };
  const graph: CompiledGraph = { projectConfig: {}, tables: [{ target, enumType: "VIEW", query }] };
  const [found] = await lineageOfProject(graph, catalogue);
  if (!found) throw new Error("nothing found");
  return found;
}

/** The lineage of statements, as the only operation of a project. */
export async function lineageOfOperation(sql: string): Promise<string[]> {
  const target = { schema: "public", name: "done" };
  const graph: CompiledGraph = { projectConfig: {}, operations: [{ target, queries: [sql] }] };
  const [found] = await lineageOfProject(graph, corpusCatalogue());
  if (!found) throw new Error("nothing found");
  const { writes } = found;
  return [
    ...writes.flatMap((each) => [
      `-- writes ${each.target.schema}.${each.target.name}`,
      ...written({ ...each, read: [], unknown: [] }),
    ]),
    ...written({ ...found, columns: [], used: [], read: writes.length > 0 ? [] : found.read }),
  ];
}

/** A lineage as the corpus writes it; relations of the schema `public` stand without it. */
export function written({ columns, used, read, unknown }: RelationLineage): string[] {
  const nameOf = ({ schema, table, column }: { schema: string; table: string; column: string }) =>
    `${schema === "public" ? "" : `${schema}.`}${table}.${column}`;
  const told = new Set([...columns.flatMap(({ sources }) => sources), ...used].map(nameOf));
  const only = read.map(nameOf).filter((name) => !told.has(name));
  return [
    ...columns.map(({ name, sources, unknown: reason, isStored }) => {
      const from = sources.map(
        (each) => `${nameOf(each)}${each.way === "direct" ? "" : ` ${each.way}`}`,
      );
      return `-- ${[`${name}:`, from.join(", ") || (isStored ? "stored" : reason ? "" : "nothing"), reason && `unknown: ${reason}`].filter(Boolean).join(" ")}`;
    }),
    ...(used.length > 0
      ? [`-- used: ${used.map((each) => `${nameOf(each)} ${each.uses.join("+")}`).join(", ")}`]
      : []),
    ...(only.length > 0 ? [`-- read: ${only.join(", ")}`] : []),
    ...unknown.map((reason) => `-- not known: ${reason}`),
  ];
}
