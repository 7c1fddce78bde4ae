import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Database } from "../../../runner/database/database.ts";
import { readWarehouseState } from "../../../runner/database/warehouse/warehouse-state.ts";
import type { PlanFindings } from "../../../runner/results/plan-findings.ts";
import { validateGraph } from "../../../runner/validate/validate-graph.ts";
import { openTestDatabase } from "../../support/opened-database.ts";
import { propertyRuns } from "../../support/property-runs.ts";
import { planProject } from "../../support/run-project.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { anyServer, serversByVersion } from "../../support/test-database.ts";
import { existing, partsProject } from "./parts-project.ts";

const inOne = Number.POSITIVE_INFINITY;
const aPartEach = 1;

/** The findings of a project by the number of locks that one transaction may hold. */
async function findingsByLocks(
  files: Record<string, string>,
  database: Database,
  manyLocks: readonly number[],
): Promise<PlanFindings["actions"][]> {
  const { folder: projectDir } = temporaryProject(files);
  const graph = await planProject({ projectDir, database });
  const state = await database.session(({ own }) => readWarehouseState(own, ["shop"]));
  const findings = [];
  for (const locks of manyLocks) {
    findings.push((await validateGraph(graph, state, database, { locks })).actions.map(comparable));
  }
  return findings;
}

/** PostgreSQL lists what is built on something, or names one of it, in the order in which it was made. */
function comparable(finding: PlanFindings["actions"][number]): PlanFindings["actions"][number] {
  const detail = finding.error?.detail
    ?.replace(/^rule .* depends on column/, "a rule depends on column")
    .split("\n")
    .sort()
    .join("\n");
  if (!finding.error || detail === undefined) return finding;
  return { ...finding, error: { ...finding.error, detail } };
}

describe.each(serversByVersion())("a plan in several transactions on $name", (server) => {
  it("finds the same as in one, whatever an action needs of earlier ones, and leaves nothing", async () => {
    const { database } = await openTestDatabase(server);
    await database.query(existing);
    const [one = [], each] = await findingsByLocks(partsProject, database, [inOne, aPartEach]);
    const statuses = new Map(one.map(({ target, status }) => [target.name, status]));
    const failed = [...statuses].filter(([, status]) => status === "failed").map(([name]) => name);
    expect(failed.sort()).toEqual([
      ...["after_cascade", "body_drop", "broken", "drop_column", "drop_key", "drop_view"],
      ...["foreign_gone", "gen_b", "gen_id", "old_name", "other_view"],
      ...["part_more", "trigger_again", "truncate_key"],
    ]);
    const unchecked = [...statuses].filter(([, status]) => status === "notChecked");
    expect(unchecked.map(([name]) => name).sort()).toEqual(["behind", "hidden_use"]);
    expect(each).toEqual(one);
    const left = "select nspname from pg_namespace where nspname like 'dataform_plan%'";
    expect((await database.query(left)).rows).toEqual([]);
  });
});

type Step = { kind: number; reads: number; other: number };

const step = fc.record<Step>({
  kind: fc.nat(13),
  reads: fc.nat(1000),
  other: fc.nat(1000),
});

const firstOperation = 8;

/** Actions each of which reads or changes two of the earlier ones. */
function projectOf(steps: readonly Step[]): Record<string, string> {
  const models: string[] = [];
  const files: Record<string, string> = {};
  for (const [index, { kind, reads, other }] of steps.entries()) {
    const [from = "", second = ""] = [reads, other].map((each) => models[each % models.length]);
    files[`a${index}.sqlx`] = textOf(models.length === 0 ? 0 : kind, index, from, second);
    if (models.length === 0 || kind < firstOperation) models.push(`a${index}`);
  }
  return files;
}

function textOf(kind: number, index: number, from: string, second: string): string {
  const source = `\${ref("${from}")}`;
  const rows = `select x.id, y.v from ${source} as x join \${ref("${second}")} as y on x.id = y.id`;
  const operation = (sql: string) =>
    `config { type: "operations", dependencies: ["${from}", "${second}"] }\n${sql}`;
  const texts = [
    'config { type: "table" }\nselect 1 as id, 2::numeric(6,2) as v',
    `config { type: "table" }\n${rows}`,
    `config { type: "view" }\n${rows}`,
    `config { type: "view", materialized: true }\n${rows}`,
    `config { type: "incremental", uniqueKey: ["id"] }\n${rows}`,
    `config { type: "view" }\nselect * from ${source}`,
    `config { type: "table" }\n${rows} post_operations { alter table \${self()} add primary key (id) }`,
    `config { type: "view" }\nselect id, v from ${source} group by id, v`,
    operation(`alter table shop.${from} add column added int`),
    operation(`alter table shop.${from} drop column v`),
    operation(`drop view if exists shop.${from} cascade`),
    operation(`insert into shop.${from} (id) select id from shop.${second}`),
    operation(
      `alter table shop.${from} add foreign key (id) references shop.${second} (id); create index on shop.${from} (v)`,
    ),
    operation(
      `create view shop.b${index} as select id from shop.${from}; truncate shop.${second}; alter table shop.${second} alter column v type text`,
    ),
  ];
  return texts[kind] ?? "";
}

it.each(anyServer())("random graphs give the same findings in parts, on $name", async (server) => {
  const { database } = await openTestDatabase(server);
  const steps = fc.array(step, { minLength: 15, maxLength: 30 });
  const hasSameFindings = async (given: Step[]) => {
    const project = projectOf(given);
    const [one, ...others] = await findingsByLocks(project, database, [inOne, aPartEach, 150]);
    for (const other of others) expect(other).toEqual(one);
  };
  await fc.assert(fc.asyncProperty(steps, hasSameFindings), {
    numRuns: propertyRuns(3, 60),
    endOnFailure: true,
  });
});
