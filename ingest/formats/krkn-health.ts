import * as v from "valibot";
import type { Mapped, MappedOutage } from "../mapped.ts";
import { plus, readMoment } from "../values/moment.ts";
import { flag, list, text } from "../values/shape.ts";

const span = { status: flag, start_timestamp: text, end_timestamp: text, duration: text };
const urlCheck = v.object({ ...span, url: text, status_code: text });
const machineCheck = v.object({
  ...span,
  vm_name: text,
  namespace: text,
  check_type: text,
  // what `status` is made of
  ssh_status: flag,
  vmi_ready: flag,
});
const checksShape = v.object({ health_checks: list(urlCheck), virt_checks: list(machineCheck) });

type Span = Omit<v.InferOutput<typeof urlCheck>, "url" | "status_code">;

/** The checks of a krkn run that failed: a URL did not answer, or a virtual machine could not be used. */
export function* krknOutages(telemetry: unknown, runId: string | undefined): Generator<Mapped> {
  const { health_checks: checks, virt_checks: machines } = v.parse(checksShape, telemetry);
  const idOf = (kind: string, index: number) => (runId ? `${runId}/${kind} ${index}` : null);
  for (const [index, check] of checks.entries()) {
    // releases before summer 2026 wrote false for every span that a change ended, also of good answers
    if (check.status !== false || check.status_code === "200") continue;
    yield {
      ...outageOf(check, hostOf(check.url) ?? check.url),
      outageId: idOf("health check", index),
      cause: check.status_code === undefined ? null : `status ${check.status_code}`,
    };
  }
  for (const [index, check] of machines.entries()) {
    if (![check.status, check.ssh_status, check.vmi_ready].includes(false)) continue;
    const outage = outageOf(check, check.vm_name);
    yield {
      ...outage,
      outageId: idOf("virt check", index),
      cause: check.check_type ?? null,
      hints: { ...outage.hints, namespace: check.namespace },
    };
  }
}

function outageOf(check: Span & { url?: string | undefined }, name: string | undefined) {
  const start = readMoment(check.start_timestamp);
  return {
    kind: "outage",
    outageId: null,
    start,
    end: readMoment(check.end_timestamp) ?? plus(start, millisecondsOf(check.duration)),
    payload: check,
    hints: { ownName: name ?? null, title: check.url ?? name },
  } satisfies MappedOutage;
}

function hostOf(url: string | undefined): string | undefined {
  return url !== undefined && URL.canParse(url) ? new URL(url).hostname || undefined : undefined;
}

/** Releases write seconds, or `0:00:07`. */
function millisecondsOf(duration: string | undefined): number | null {
  const parts = (duration ?? "").split(":").map(Number);
  if (duration === undefined || parts.some(Number.isNaN)) return null;
  return parts.reduce((sum, part) => sum * 60 + part, 0) * 1000;
}
