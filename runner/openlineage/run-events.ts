import { randomUUID } from "node:crypto";
import type { CompiledGraph } from "../compile/compiled-graph.ts";
import { actionsOf } from "../compile/compiled-graph.ts";
import type { ActionLineage } from "../lineage/lineage.ts";
import { rowsOf } from "../results/rows-of.ts";
import type { ActionResult, ActionStatus, RunResult, RunStatus } from "../results/run-result.ts";
import { targetKey, targetName } from "../target.ts";
import { withoutPassword } from "../text/without-password.ts";
import {
  columnLineageOf,
  type Dataset,
  type DatasetPlace,
  datasetOf,
  inputsOf,
} from "./datasets.ts";
import { facet, producer } from "./facets.ts";

/** An event of OpenLineage: the start or the end of a job. */
export interface LineageEvent {
  eventType: "START" | "COMPLETE" | "FAIL" | "ABORT";
  eventTime: string;
  producer: string;
  schemaURL: string;
  run: { runId: string; facets: Record<string, unknown> };
  job: { namespace: string; name: string; facets: Record<string, unknown> };
  inputs: Dataset[];
  outputs: Dataset[];
}

/** What the events of a run are made of. */
export interface ToldLineage {
  result: RunResult;
  compiled: CompiledGraph;
  lineage: readonly ActionLineage[];
  place: DatasetPlace;
  /** Of the jobs. */
  namespace: string;
}

/**
 * The events of a run: the start and the end of the run itself and of every action that ran, which is a
 * job with the run as its parent. The times are those of the run.
 */
export function runEvents(told: ToldLineage): LineageEvent[] {
  const { result } = told;
  const run = { runId: asUuid(result.runId), facets: {} };
  const job = { namespace: told.namespace, name: "run", facets: { jobType: jobType("DAG") } };
  const parent = facet("1-2-0/ParentRunFacet", {
    run: { runId: run.runId },
    job: { namespace: job.namespace, name: job.name },
  });
  const ran = result.actions.filter((each) => !each.reused && endOf[each.status] !== undefined);
  const of = new Map(told.lineage.map((each) => [targetKey(each.target), each]));
  const whole = { run, job, inputs: [], outputs: [] };
  const { startTimeMillis, endTimeMillis } = result.timing;
  return [
    event("START", startTimeMillis, whole),
    ...ran.flatMap((each) => actionEvents(each, of.get(targetKey(each.target)), told, parent)),
    event(endOfRun[result.status], endTimeMillis, whole),
  ];
}

const endOf: Partial<Record<ActionStatus, LineageEvent["eventType"]>> = {
  successful: "COMPLETE",
  failed: "FAIL",
  cancelled: "ABORT",
};

const endOfRun: Record<RunStatus, LineageEvent["eventType"]> = {
  successful: "COMPLETE",
  failed: "FAIL",
  cancelled: "ABORT",
  timed_out: "ABORT",
};

function event(
  eventType: LineageEvent["eventType"],
  timeMillis: number,
  parts: Pick<LineageEvent, "run" | "job" | "inputs" | "outputs">,
): LineageEvent {
  return {
    ...{ eventType, eventTime: new Date(timeMillis).toISOString(), producer },
    schemaURL: "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
    ...parts,
  };
}

function actionEvents(
  action: ActionResult,
  lineage: ActionLineage | undefined,
  told: ToldLineage,
  parent: unknown,
): LineageEvent[] {
  const { target, type, status, timing } = action;
  const runId = randomUUID();
  const sql = sqlOf(action, told.compiled);
  const query = sql && { sql: facet("1-1-0/SQLJobFacet", { query: sql, dialect: "postgres" }) };
  const facets = { jobType: jobType(type.toUpperCase()), ...query };
  const job = { namespace: told.namespace, name: targetName(target), facets };
  const error = action.tasks.find((task) => task.error)?.error;
  const message = error && withoutPassword(error.message);
  const failure = message && {
    errorMessage: facet("1-0-1/ErrorMessageRunFacet", { message, programmingLanguage: "SQL" }),
  };
  const inputs = lineage ? inputsOf(lineage, told.place) : [];
  const outputs = lineage ? outputsOf(action, lineage, told.place) : [];
  const ended = { run: { runId, facets: { parent, ...failure } }, job, outputs };
  return [
    event("START", timing.startTimeMillis, {
      run: { runId, facets: { parent } },
      job,
      inputs,
      outputs: [],
    }),
    event(endOf[status] ?? "ABORT", timing.endTimeMillis, {
      ...ended,
      inputs: type === "assertion" ? checked(action, inputs, told.place) : inputs,
    }),
  ];
}

function jobType(type: string) {
  const content = { processingType: "BATCH", integration: "DATAFORM", jobType: type };
  return facet("2-0-4/JobTypeJobFacet", content);
}

function sqlOf({ target }: ActionResult, compiled: CompiledGraph): string | undefined {
  const entry = actionsOf(compiled).find(
    ({ action }) => targetKey(action.target) === targetKey(target),
  );
  if (entry?.type === "operation") return entry.action.queries?.join(";\n");
  return entry && "query" in entry.action ? entry.action.query : undefined;
}

/** What an action has made. An assertion makes nothing that others read. */
function outputsOf(action: ActionResult, lineage: ActionLineage, place: DatasetPlace): Dataset[] {
  if (action.type === "assertion" || action.status !== "successful") return [];
  const rowCount = rowsOf(action);
  const statistics = rowCount !== undefined && {
    outputFacets: {
      outputStatistics: facet("1-0-2/OutputStatisticsOutputDatasetFacet", { rowCount }),
    },
  };
  const own = lineage.type !== "operation" || lineage.columns.length > 0;
  return [
    ...(own ? [{ ...written(lineage, place), ...statistics }] : []),
    ...lineage.writes.map((each) => written(each, place)),
  ];
}

function written(
  lineage: Pick<ActionLineage, "target" | "columns" | "used">,
  place: DatasetPlace,
): Dataset {
  const dataset = datasetOf(lineage.target, place);
  return {
    ...dataset,
    facets: { ...dataset.facets, columnLineage: columnLineageOf(lineage, place) },
  };
}

/** Adds what an assertion found to the relation that it checks, or to each that it reads. */
function checked(action: ActionResult, inputs: readonly Dataset[], place: DatasetPlace): Dataset[] {
  const outcome = action.tasks.find(({ assertion }) => assertion)?.assertion;
  if (!outcome) return [...inputs];
  const relation = outcome.checks && datasetOf(outcome.checks, place);
  const assertions = [
    {
      assertion: outcome.rule,
      name: targetName(action.target),
      // With failing rows that are allowed it passes.
      success: action.status === "successful" && outcome.verdict !== "warning",
      severity: outcome.verdict === "warning" ? "warn" : "error",
      ...(outcome.allowed !== undefined && { expected: outcome.allowed }),
      actual: `${outcome.failingRows} failing rows`,
    },
  ];
  const found = {
    dataQualityAssertions: facet("1-1-0/DataQualityAssertionsDatasetFacet", { assertions }),
  };
  const all =
    relation && !inputs.some(({ name }) => name === relation.name) ? [...inputs, relation] : inputs;
  return all.map((each) =>
    relation && each.name !== relation.name ? each : { ...each, inputFacets: found },
  );
}

/** The id of a run is a UUID unless its caller chose another one. */
function asUuid(runId: string): string {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(runId) ? runId : randomUUID();
}
