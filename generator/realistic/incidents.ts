import { dayLengthMs } from "../../warehouse/utc-day.ts";
import type { Random } from "./random.ts";
import { applications, incidents } from "./realistic-plan.ts";

const hourMs = 3_600_000;

/** Tells whether an application has an incident, at so many milliseconds of the day. */
export type IncidentCalendar = (appId: number, offset: number) => boolean;

/** Draws the incidents of one day: at most one for each application, over by midnight. */
export function drawIncidents(random: Random): IncidentCalendar {
  const drawn = new Map<number, { from: number; to: number }>();
  for (const { appId } of applications) {
    const happens = random.chance(incidents.share);
    const length = random.between(incidents.hours) * hourMs;
    const from = random.fraction() * (dayLengthMs - length);
    if (happens) drawn.set(appId, { from, to: from + length });
  }
  return (appId, offset) => {
    const incident = drawn.get(appId);
    return incident !== undefined && offset >= incident.from && offset < incident.to;
  };
}
