import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { ignoredOptions } from "../../../runner/compile/checks/ignored-options.ts";
import { compileInWorker } from "../../support/compile-project.ts";
import { repository } from "../../support/run-command.ts";
import { writeProject } from "./write-project.ts";

const table = (option: string, type = "table") => ({
  "definitions/a.sqlx": `config { type: "${type}", ${option} }\nselect 1 as n`,
});

/** A project for every row of the table that says refused or ignored. */
const samples: Record<string, Record<string, string>> = {
  notebook: {
    "definitions/actions.yaml": "actions:\n  - notebook:\n      filename: a.ipynb\n",
    "definitions/a.ipynb": '{"cells": []}',
  },
  "data preparation": { "definitions/a.sqlx": 'config { type: "dataPreparation" }\nfrom x' },
  "property graph": { "definitions/graph.yaml": "name: g\n" },
  "Iceberg table (`iceberg: { … }`)": table('iceberg: { bucketName: "b" }'),
  "`partitionBy` without INSERT_OVERWRITE": table('partitionBy: "n"', "incremental"),
  "`partitionExpirationDays`": table('partitionBy: "n", partitionExpirationDays: 3'),
  "`requirePartitionFilter`": table('partitionBy: "n", requirePartitionFilter: true'),
  "`clusterBy`": table('clusterBy: ["n"]'),
  "`labels`": table('labels: { a: "b" }', "incremental"),
  "`additionalOptions`": table('additionalOptions: { friendly_name: "x" }'),
  "`reservation`": table('reservation: "r"', "operations"),
  "`bigqueryPolicyTags`": table('columns: { n: { description: "d", bigqueryPolicyTags: ["p"] } }'),
  "`preserveGovernanceControls`, also of the settings": {
    "workflow_settings.yaml": "defaultDataset: shop\npreserveGovernanceControls: true\n",
    ...table('tags: ["a"]'),
  },
  "description of a nested column": table(
    'columns: { n: { description: "d", columns: { m: "of m" } } }',
  ),
};

const rows = readFileSync(path.join(repository, "docs/compatibility.md"), "utf8")
  .split("\n## ")[0]
  ?.split("\n")
  .map((line) => line.split("|").map((cell) => cell.trim()))
  .filter(([, , here]) => here === "refused" || here === "ignored")
  .map(([, feature = "", here = ""]) => ({ feature, here }));

describe("docs/compatibility.md", () => {
  it("says refused or ignored of what is tried here, and of nothing else", () => {
    expect(rows?.map(({ feature }) => feature)).toEqual(Object.keys(samples));
  });

  it.each(rows ?? [])("$feature is $here, by its name", async ({ feature, here }) => {
    const graph = await compileInWorker({ projectDir: writeProject(samples[feature] ?? {}) });
    const errors = (graph.graphErrors?.compilationErrors ?? []).map(({ message }) => message);
    const word = /[A-Za-z]+/.exec(feature.replace("data ", ""))?.[0] ?? "";
    if (here === "refused") {
      expect(errors).toHaveLength(1);
      expect(errors[0]).toMatch(new RegExp(`^An? .*${word}.* cannot run on PostgreSQL$`));
    } else {
      expect(errors).toEqual([]);
      const name = /`(\w+)`/.exec(feature)?.[1] ?? feature;
      expect(ignoredOptions(graph)).toContainEqual(
        expect.stringMatching(new RegExp(`^${name} has no meaning on PostgreSQL and is ignored`)),
      );
    }
  });

  it("says in one line that sources of other databases are read from the one of the run", async () => {
    const source = (name: string, database: string) => ({
      [`definitions/${name}.sqlx`]: `config { type: "declaration", database: "${database}", schema: "raw", name: "${name}" }`,
    });
    const settings = { "workflow_settings.yaml": "defaultProject: own\ndefaultDataset: shop\n" };
    const lines = async (files: Record<string, string>) =>
      ignoredOptions(
        await compileInWorker({ projectDir: writeProject({ ...settings, ...files }) }),
      );
    expect(
      await lines({ ...source("a", "public"), ...source("b", "own"), ...source("c", "x") }),
    ).toEqual([
      "sources are read from the database of the run, not from public, x: only schema and name count (definitions/a.sqlx and 1 more)",
    ]);
    expect(await lines(source("b", "own"))).toEqual([]);
  });
});
