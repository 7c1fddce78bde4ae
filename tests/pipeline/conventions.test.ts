import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { CompiledGraph } from "../../runner/compile/compiled-graph.ts";
import { targetKey } from "../../runner/target.ts";
import { compileProject } from "../support/compile-project.ts";
import { servers } from "../support/test-database.ts";
import { openWarehouse, projectDir } from "./warehouse.ts";

/** Folders of definitions/ in the order of the data flow. */
const layers = ["dimensions", "bronze", "silver", "gold", "reports"];
const keyOrder = [
  ...[
    "type",
    "hasOutput",
    "schema",
    "description",
    "tags",
    "disabled",
    "uniqueKey",
    "onSchemaChange",
    "dependencies",
  ],
  ...["columns", "assertions", "dependOnDependencyAssertions", "metadata"],
];

const graph = await compileProject({ projectDir });
const tables = graph.tables ?? [];
const operations = graph.operations ?? [];
const assertions = graph.assertions ?? [];
const ownAssertions = assertions.filter(({ parentAction }) => parentAction === undefined);
const relations = [...tables, ...operations];
const files = [...new Set([...relations, ...ownAssertions].map(({ fileName = "" }) => fileName))];

describe("the project", () => {
  it("compiles without an error", () => {
    expect(graph.graphErrors?.compilationErrors ?? []).toEqual([]);
    expect(files.length).toBeGreaterThan(10);
  });

  it("compiles to the same graph every time", async () => {
    expect(await compileProject({ projectDir })).toEqual(graph);
  });

  it("makes every relation and assertion from a file of its name", () => {
    for (const { target, fileName = "" } of [...relations, ...ownAssertions]) {
      expect(basename(fileName)).toBe(`${target.name}.sqlx`);
    }
  });

  it("reads no clock in gold", () => {
    const [gold] = tables.filter(({ target }) => target.name === "fact_resiliency_metrics");
    expect(`${gold?.query} ${gold?.incrementalQuery}`).not.toMatch(
      /now\(|current_(date|time)|clock_timestamp|localtime/i,
    );
  });
});

describe.each(relations)("$target.name", (action) => {
  const { target, fileName = "", actionDescriptor } = action;

  it("has a description that states its grain in one line", () => {
    expect(actionDescriptor?.description).toMatch(/^One row per .*\.$/);
  });

  it("has no empty query", () => {
    for (const query of queriesOf(target.name)) expect(withoutComments(query)).not.toBe("");
  });

  it("depends on relations of its own or an earlier layer only", () => {
    const layer = layers.indexOf(layerOf(fileName));
    expect(layer).toBeGreaterThanOrEqual(0);
    for (const dependency of action.dependencyTargets ?? []) {
      const relation = relations.find((each) => targetKey(each.target) === targetKey(dependency));
      if (!relation) continue;
      expect(layers.indexOf(layerOf(relation.fileName ?? ""))).toBeLessThanOrEqual(layer);
    }
  });
});

describe.each(tables.filter(({ enumType }) => enumType !== "VIEW"))(
  "$target.name",
  ({ target, actionDescriptor }) => {
    it("has assertions that its keys are unique and not null", () => {
      const own = assertions.filter(({ parentAction }) => parentAction?.name === target.name);
      const unique = own.filter(({ target: { name } }) => name.includes("uniqueKey"));
      const key = actionDescriptor?.columns?.[0]?.path[0];
      expect(unique.length).toBeGreaterThan(0);
      expect(own.map(({ query }) => query).join()).toMatch(
        new RegExp(`\\b${key} is not null`, "i"),
      );
    });
  },
);

describe.each(ownAssertions)("$target.name", ({ target, fileName = "", actionDescriptor }) => {
  it("has a description that states what a row of it is", () => {
    expect(actionDescriptor?.description).toMatch(/^One row per .*\.$/);
  });

  it("has no empty query and lies in assertions/", () => {
    for (const query of queriesOf(target.name)) expect(withoutComments(query)).not.toBe("");
    expect(layerOf(fileName)).toBe("assertions");
  });
});

describe.each(files)("%s", (file) => {
  const source = readFileSync(join(projectDir, file), "utf8");
  const lines = source.split("\n");

  it("has lines of at most 100 columns, without tabs and trailing blanks", () => {
    expect(lines.filter((line) => line.length > 100 || /\t|\s$/.test(line))).toEqual([]);
  });

  it("has the keys of its config block in the order of the house", () => {
    const config = source.slice(0, source.indexOf("\n}"));
    const keys = [...config.matchAll(/^ {2}(\w+):/gm)].map(([, key = ""]) => key);
    expect(keys).toEqual(keyOrder.filter((key) => keys.includes(key)));
  });

  it("has statement separators and block braces on lines of their own", () => {
    const separators = lines.filter((line) => line.includes("---"));
    expect(separators.filter((line) => line.trim() !== "---")).toEqual([]);
    const blocks = lines.filter((line) => /^(config|pre_operations|post_operations)\b/.test(line));
    expect(blocks.filter((line) => !line.endsWith(" {"))).toEqual([]);
  });

  it("gives every ref an alias of its name", () => {
    const aliases = [...source.matchAll(/(?:from|join) \$\{ref\("(\w+)"\)\}(?: as (\w+))?/g)];
    for (const [, name, alias] of aliases) expect(alias).toBe(name);
  });
});

describe("the columns in the database", () => {
  const documented = (graph: CompiledGraph) =>
    [...(graph.tables ?? []), ...(graph.operations ?? [])].map(({ target, actionDescriptor }) => [
      target.name,
      (actionDescriptor?.columns ?? []).map(({ path, description }) => [path[0], description]),
    ]);
  let produced: Record<string, unknown>;

  beforeAll(async () => {
    const [server] = servers();
    if (!server) throw new Error("no server to test on");
    const warehouse = await openWarehouse(server);
    try {
      await warehouse.run();
      const rows = await warehouse.rows(`
        select
          attrelid::regclass::text,
          json_agg(json_build_array(attname, col_description(attrelid, attnum)) order by attnum)
        from pg_attribute
        inner join pg_class on pg_attribute.attrelid = pg_class.oid
        where relnamespace = 'resiliency'::regnamespace and relkind in ('r', 'p', 'v')
          and attnum > 0 and not attisdropped
        group by attrelid`);
      produced = Object.fromEntries(
        rows.map(([name, columns]) => [name?.split(".")[1], JSON.parse(columns ?? "[]")]),
      );
    } finally {
      await warehouse.drop();
    }
  });

  it.each(documented(graph))(
    "of %s are those that are documented, in order, with their comment",
    (name, columns) => {
      expect(produced[name as string]).toEqual(columns);
    },
  );
});

function queriesOf(name: string): string[] {
  const table = tables.find(({ target }) => target.name === name);
  const operation = operations.find(({ target }) => target.name === name);
  const assertion = assertions.find(({ target }) => target.name === name);
  return [
    ...(table ? [table.query ?? "", table.incrementalQuery ?? table.query ?? ""] : []),
    ...(operation ? (operation.queries ?? [""]) : []),
    ...(assertion ? [assertion.query ?? ""] : []),
  ];
}

function withoutComments(sql: string): string {
  return sql.replace(/--.*$/gm, "").trim();
}

function layerOf(fileName: string): string {
  return basename(dirname(fileName));
}
