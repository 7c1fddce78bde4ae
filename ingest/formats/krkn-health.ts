import * as v from "valibot";
import type { Mapped } from "../mapped.ts";
import { plus, readMoment } from "../values/moment.ts";
import { flag, list, text } from "../values/shape.ts";

const checkShape = v.object({
  url: text,
  status: flag,
  status_code: text,
  start_timestamp: text,
  end_timestamp: text,
  duration: text,
});
const checksShape = v.object({ health_checks: list(checkShape) });

/** The health checks of a krkn run that failed: the application behind a URL did not answer. */
export function* krknOutages(telemetry: unknown, runId: string | undefined): Generator<Mapped> {
  const { health_checks: checks } = v.parse(checksShape, telemetry);
  for (const [index, check] of checks.entries()) {
    // releases before summer 2026 wrote false for every span that a change ended, also of good answers
    if (check.status !== false || check.status_code === "200") continue;
    const start = readMoment(check.start_timestamp);
    const name = hostOf(check.url) ?? check.url ?? null;
    yield {
      kind: "outage",
      outageId: runId ? `${runId}/health check ${index}` : null,
      start,
      end: readMoment(check.end_timestamp) ?? plus(start, millisecondsOf(check.duration)),
      cause: check.status_code === undefined ? null : `status ${check.status_code}`,
      payload: check,
      hints: { ownName: name, title: check.url },
    };
  }
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
