import * as v from "valibot";
import { noRecovery, type Outcome } from "../mapped.ts";
import { between, readMoment } from "../values/moment.ts";
import { redact } from "../values/redact.ts";
import { hasKeys, isObject, list, maybe, plainText, text, withSmallKeys } from "../values/shape.ts";
import type { DocumentFormat } from "./format.ts";

const target = v.object({ target: text, status: text });
const action = v.object({ actionName: text, status: text, targets: list(target) });
const branch = v.object({ branchName: text, status: text, actions: list(action) });
const step = v.object({ stepName: text, status: text, branches: list(branch) });
const propertiesShape = v.object({
  status: text,
  startedAt: text,
  stoppedAt: text,
  // of the details before 2023, and of the statuses that were before the executions
  startDateTime: text,
  stopDateTime: text,
  createdDateUtc: text,
  endDateUtc: text,
  failureReason: text,
  runInformation: maybe(v.object({ steps: list(step) })),
  // of the runs of a workspace's scenarios, since 2026
  startTime: text,
  endTime: text,
  scenarioRunSummary: list(
    v.object({ actionUrn: text, state: text, resources: list(v.object({ id: text })) }),
  ),
});

type Properties = v.InferOutput<typeof propertiesShape>;

/** An execution of an Azure Chaos Studio experiment, or its details. */
export const azureChaos: DocumentFormat = {
  name: "azure-chaos",
  recognise(given) {
    const document = resourceOf(given);
    if (!isObject(document)) return false;
    const about = `${plainText(document.type)} ${plainText(document.id)}`;
    if (!/microsoft\.chaos\//i.test(about)) return false;
    const isExecution = /execution|runs|\/statuses/i.test(about);
    return isExecution && hasKeys(propertiesOf(document), "status")
      ? true
      : "a resource of Azure Chaos Studio that is no execution";
  },
  *map(given) {
    const document = resourceOf(given);
    const { id, name } = document as Record<string, unknown>;
    const properties = v.parse(propertiesShape, propertiesOf(document));
    const { startedAt, startTime, startDateTime, createdDateUtc } = properties;
    const start = readMoment(startedAt ?? startTime ?? startDateTime ?? createdDateUtc);
    const { stoppedAt, endTime, stopDateTime, endDateUtc } = properties;
    const end = readMoment(stoppedAt ?? endTime ?? stopDateTime ?? endDateUtc);
    const experiment = experimentOf(plainText(id));
    const status = outcomeOf(properties);
    const targets = targetsOf(properties);
    const group = /\/resourcegroups\/([^/]+)/i.exec(targets[0] ?? plainText(id))?.[1];
    yield {
      kind: "test",
      runId: typeof name === "string" ? name : null,
      scenario: experiment ?? null,
      status,
      start,
      end,
      durationMs: between(start, end),
      error: status === "error" || status === "failed" ? redact(properties.failureReason) : null,
      metadata: { tool_status: properties.status, ...stepsOf(properties) },
      recovery: noRecovery,
      payload: document,
      hints: {
        ownName: experiment ?? null,
        title: experiment,
        namespace: group,
        tags: targets.map((each) => each.split("/").at(-1) ?? each),
      },
    };
  },
};

/** The name of the experiment, else of the scenario, which a workspace may hold. */
function experimentOf(id: string): string | undefined {
  const named = (kind: string) => new RegExp(`/${kind}/([^/]+)`, "i").exec(id)?.[1];
  return named("experiments") ?? named("scenarios") ?? named("workspaces");
}

/** As the API names its fields: PowerShell writes them with capitals. */
function resourceOf(given: unknown): unknown {
  return hasKeys(given, "Id", "Type") ? withSmallKeys(given) : given;
}

/** In the API's output they are in a nested object, in the command line's beside the name. */
function propertiesOf(document: unknown): unknown {
  return isObject(document) && isObject(document.properties) ? document.properties : document;
}

// It says whether the faults were injected, and never how the system bore them.
function outcomeOf({ status = "" }: Properties): Outcome {
  if (/^(success|succeeded|completed)$/i.test(status)) return "inconclusive";
  return underWay.test(status) ? "running" : "error";
}

const underWay =
  /^(running|pre|post|processing|queued|waiting|starting|stopping|inprogress|cancell?ing|accepted|notstarted|pending)/i;

function targetsOf({ runInformation, scenarioRunSummary }: Properties): string[] {
  const actions = (runInformation?.steps ?? []).flatMap(({ branches }) =>
    branches.flatMap(({ actions }) => actions),
  );
  return [
    ...actions.flatMap(({ targets }) => targets.flatMap((each) => each.target ?? [])),
    ...scenarioRunSummary.flatMap(({ resources }) => resources.flatMap(({ id }) => id ?? [])),
  ];
}

function stepsOf({ runInformation, scenarioRunSummary }: Properties) {
  const actions = scenarioRunSummary.map(({ actionUrn: name, state: status }) => ({
    name,
    status,
  }));
  return {
    ...(actions.length > 0 && { actions }),
    steps: runInformation?.steps.map(({ stepName, status, branches }) => ({
      name: stepName,
      status,
      actions: branches.flatMap(({ actions }) =>
        actions.map(({ actionName, status }) => ({ name: actionName, status })),
      ),
    })),
  };
}
