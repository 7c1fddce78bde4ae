import * as v from "valibot";
import { type MappedTest, noRecovery, type Recovery } from "../mapped.ts";
import { appOfLabels, labelsOf } from "../values/kubernetes.ts";
import { between, type Moment, plus, readMomentOrEpoch } from "../values/moment.ts";
import { redact } from "../values/redact.ts";
import { dictionary, hasKeys, isObject, list, maybe, number, text } from "../values/shape.ts";
import type { DocumentFormat } from "./format.ts";
import { krknOutages } from "./krkn-health.ts";

const affectedShape = v.object({
  recovered: list(v.object({ namespace: text, total_recovery_time: number })),
  unrecovered: list(v.object({ namespace: text })),
  error: text,
});
// an object would take a list, too, as one without any of its fields
const affected = maybe(
  v.union([
    v.pipe(
      // as search engines keep it
      v.array(v.unknown()),
      v.transform((pods) => v.parse(affectedShape, { recovered: pods })),
    ),
    affectedShape,
  ]),
);
const node = v.object({
  node_name: text,
  stopped_time: number,
  not_ready_time: number,
  terminating_time: number,
  running_time: number,
  ready_time: number,
});
const scenarioShape = v.object({
  start_timestamp: text,
  end_timestamp: text,
  scenario: text,
  scenario_type: text,
  exit_status: number,
  // before 2024
  startTimeStamp: text,
  endTimeStamp: text,
  exitStatus: number,
  parameters: v.optional(v.unknown()),
  affected_pods: affected,
  affected_vmis: affected,
  affected_nodes: list(node),
});
const runShape = v.object({
  scenarios: v.optional(v.array(v.unknown()), []),
  run_uuid: text,
  job_status: v.optional(v.unknown()),
  cluster_version: text,
  cloud_infrastructure: text,
  cloud_type: text,
  build_url: text,
  tag: text,
  overall_resiliency_report: maybe(v.object({ resiliency_score: number })),
});

type Run = v.InferOutput<typeof runShape>;
type Scenario = v.InferOutput<typeof scenarioShape>;

/** The telemetry of a run of krkn; its failed checks of URLs and virtual machines are outages. */
export const krkn: DocumentFormat = {
  name: "krkn",
  recognise(document) {
    if (hasKeys(document, "history") && hasKeys(document.history, "failures")) {
      return "a history of Cerberus, which counts checks that failed and not how long";
    }
    const run = telemetryOf(document);
    if (hasChecks(run)) return true;
    if (!hasKeys(run, "scenarios") || !Array.isArray(run.scenarios)) return false;
    return run.scenarios.some(isScenario)
      ? true
      : hasKeys(run, "run_uuid") && "a krkn run without any scenario";
  },
  *map(document) {
    const telemetry = telemetryOf(document);
    const run = v.parse(runShape, telemetry);
    for (const [index, raw] of run.scenarios.entries()) {
      const scenario = v.safeParse(scenarioShape, raw);
      yield scenario.success
        ? mapScenario(scenario.output, run, index, raw)
        : { kind: "setAside", reason: "bad_value", detail: `scenario ${index + 1} is no object` };
    }
    yield* krknOutages(telemetry, run.run_uuid);
  },
};

function hasChecks(run: unknown): boolean {
  if (!isObject(run)) return false;
  return [run.health_checks, run.virt_checks].some(
    (checks) => Array.isArray(checks) && checks.some((each) => isUrlCheck(each) || isVmCheck(each)),
  );
}

function isUrlCheck(value: unknown): boolean {
  return hasKeys(value, "url", "status", "start_timestamp", "end_timestamp");
}

function isVmCheck(value: unknown): boolean {
  return hasKeys(value, "vm_name", "status", "start_timestamp", "end_timestamp");
}

function telemetryOf(document: unknown): unknown {
  // of a list of scenarios or checks, each comes by itself
  if (isScenario(document)) return { scenarios: [document] };
  if (isUrlCheck(document)) return { health_checks: [document] };
  if (isVmCheck(document)) return { virt_checks: [document] };
  return isObject(document) ? (document.telemetry ?? document) : document;
}

function isScenario(value: unknown): boolean {
  return hasKeys(value, "scenario_type", "exit_status") || hasKeys(value, "scenario", "exitStatus");
}

function mapScenario(scenario: Scenario, run: Run, index: number, raw: unknown): MappedTest {
  // Seconds since 1970; exports also write milliseconds, and ISO 8601.
  const start = readMomentOrEpoch(scenario.start_timestamp ?? scenario.startTimeStamp);
  const end = readMomentOrEpoch(scenario.end_timestamp ?? scenario.endTimeStamp);
  const exitStatus = scenario.exit_status ?? scenario.exitStatus;
  const { run_uuid: uuid } = run;
  const runFacts = {
    cluster_version: run.cluster_version,
    cloud_infrastructure: run.cloud_infrastructure,
    cloud_type: run.cloud_type,
    build_url: run.build_url,
    tag: run.tag,
  };
  const settings = settingsOf(scenario.parameters);
  const namespace = namespaceOf(scenario, settings);
  const labels = {
    ...v.parse(dictionary(v.string()), settings.pod_selector),
    ...labelsOf(stringOf(settings.label_selector)),
  };
  return {
    kind: "test",
    runId: uuid === undefined || uuid === "" ? null : `${uuid}/${index}`,
    scenario: scenario.scenario_type ?? scenario.scenario ?? null,
    // the tool's own verdict: whether the objective was met is decided by the recovery below
    status: exitStatus === 0 ? "passed" : exitStatus === undefined ? "inconclusive" : "failed",
    start,
    end,
    durationMs: between(start, end),
    error: redact(scenario.affected_pods?.error ?? scenario.affected_vmis?.error),
    metadata: {
      scenario: scenario.scenario,
      exit_status: exitStatus,
      job_status: run.job_status,
      objective_seconds: objectiveOf(settings),
      recovered: countOf(scenario, "recovered"),
      unrecovered: countOf(scenario, "unrecovered"),
      nodes: scenario.affected_nodes,
      source_score: run.overall_resiliency_report?.resiliency_score,
      ...runFacts,
    },
    recovery: recoveryOf(scenario, start),
    payload: { run_uuid: uuid, ...runFacts, job_status: run.job_status, scenario: raw },
    hints: {
      ownName: appOfLabels(labels) ?? namespace ?? scenario.scenario_type ?? null,
      title: scenario.scenario_type,
      namespace,
      labels,
      tags: run.tag ? [run.tag] : [],
    },
  };
}

// A time of 0 was not measured: krkn also prints it for a pod that did not come back.
function recoveryOf(scenario: Scenario, faultAt: Moment | null): Recovery {
  if (faultAt === null) return noRecovery;
  const measured = { ...noRecovery, faultAt, recoveryBasis: "measured" } as const;
  if (countOf(scenario, "unrecovered") > 0) return { ...measured, isRecovered: false };
  const nodes = nodeSeconds(scenario);
  const seconds = [
    ...(scenario.affected_pods?.recovered ?? []).map((pod) => pod.total_recovery_time),
    ...(scenario.affected_vmis?.recovered ?? []).map((machine) => machine.total_recovery_time),
    ...nodes,
  ].filter((each) => each !== undefined && each > 0) as number[];
  // a node of which nothing says that it was ready again
  if (seconds.length === 0 || nodes.includes(0)) return noRecovery;
  return {
    ...measured,
    isRecovered: true,
    recoveredAt: plus(faultAt, Math.max(...seconds) * 1000),
  };
}

/**
 * For each node how long krkn waited for its phases, which follow each other; 0 for one that went away and
 * was not seen ready again. Nodes without any time are left out.
 */
function nodeSeconds({ affected_nodes: entries }: Scenario): number[] {
  const waits = new Map<string | undefined, { away: number; back: number; ready: number }>();
  for (const entry of entries) {
    // of a stop and a start, some releases write an entry each
    const { away = 0, back = 0, ready = 0 } = waits.get(entry.node_name) ?? {};
    const { stopped_time = 0, not_ready_time = 0, terminating_time = 0 } = entry;
    const { running_time = 0, ready_time = 0 } = entry;
    waits.set(entry.node_name, {
      away: away + stopped_time + not_ready_time + terminating_time,
      back: back + running_time + ready_time,
      ready: ready + ready_time,
    });
  }
  return [...waits.values()]
    .filter(({ away, back }) => away + back > 0)
    .map(({ away, back, ready }) => (ready > 0 ? away + back : 0));
}

function countOf(scenario: Scenario, what: "recovered" | "unrecovered"): number {
  return (
    (scenario.affected_pods?.[what].length ?? 0) + (scenario.affected_vmis?.[what].length ?? 0)
  );
}

/** The settings of a scenario, wherever its type puts them: in a list, in `config`, or bare. */
function settingsOf(parameters: unknown): Record<string, unknown> {
  if (Array.isArray(parameters))
    return Object.assign({}, ...parameters.map(settingsOf)) as Record<string, unknown>;
  if (!isObject(parameters)) return {};
  const inner = Object.values(parameters).filter(isObject);
  return Object.assign({}, ...inner.map(settingsOf), parameters) as Record<string, unknown>;
}

function objectiveOf(settings: Record<string, unknown>): unknown {
  return (
    settings.krkn_pod_recovery_time ?? settings.expected_recovery_time ?? settings.recovery_time
  );
}

function namespaceOf(scenario: Scenario, settings: Record<string, unknown>): string | undefined {
  const affected = [scenario.affected_pods, scenario.affected_vmis].flatMap((each) => [
    ...(each?.recovered ?? []),
    ...(each?.unrecovered ?? []),
  ]);
  const pattern = stringOf(settings.namespace_pattern ?? settings.namespace);
  return affected[0]?.namespace ?? pattern?.replace(/^\^|\$$/g, "");
}

function stringOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
