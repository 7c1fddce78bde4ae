import { counted } from "../limit-text.ts";

/** A run as its live lines show it; times in milliseconds since 1970. */
export interface LiveState {
  startedAtMillis: number;
  total: number;
  finished: number;
  failed: number;
  warnings: number;
  /** In the order of their start. */
  running: readonly LiveAction[];
  /** When the run will have ended; undefined where the history does not say. */
  estimatedEndMillis?: number | undefined;
}

/** An action that runs. */
export interface LiveAction {
  label: string;
  startedAtMillis: number;
  usualSeconds?: number | undefined;
  /** Whom its statement waits for to get a lock. */
  waitsFor: readonly string[];
}

const mostRunning = 12;
const timeWidth = "10 min 5 s".length;

/**
 * Takes a run, the time and a number of lines; returns what is going on in so many lines at most:
 * first how far it is, then what runs, actions that wait for a lock first.
 */
export function liveLines(run: LiveState, nowMillis: number, most: number): string[] {
  if (most < 1) return [];
  const isWaiting = ({ waitsFor }: LiveAction) => waitsFor.length > 0;
  const ordered = run.running.toSorted((a, b) => Number(isWaiting(b)) - Number(isWaiting(a)));
  const room = Math.min(most - 1, mostRunning);
  const shown = ordered.length > room ? ordered.slice(0, Math.max(0, room - 1)) : ordered;
  const left = ordered.length - shown.length;
  return [
    headLine(run, nowMillis),
    ...shown.map((action) => actionLine(action, nowMillis)),
    ...(left > 0 && room > 0 ? [`${" ".repeat(timeWidth)}  and ${left} more`] : []),
  ];
}

function headLine(run: LiveState, nowMillis: number): string {
  const { finished, total, failed, warnings, estimatedEndMillis, startedAtMillis } = run;
  const parts = [
    `${finished} of ${total} done in ${inWords(nowMillis - startedAtMillis)}`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(warnings > 0 ? [counted(warnings, "warning")] : []),
  ];
  return [...parts, ...leftWords(estimatedEndMillis, nowMillis)].join(", ");
}

/** `about 3 min left (until 14:32)`; nothing when the time that was estimated is over. */
function leftWords(endMillis: number | undefined, nowMillis: number): string[] {
  if (endMillis === undefined) return [];
  const millis = endMillis - nowMillis;
  if (millis <= 0) return ["longer than usual"];
  const end = new Date(endMillis);
  const [hours, minutes] = [end.getHours(), end.getMinutes()].map((part) =>
    String(part).padStart(2, "0"),
  );
  const rounded = millis < 120_000 ? millis : Math.round(millis / 60_000) * 60_000;
  return [`about ${inWords(rounded)} left (until ${hours}:${minutes})`];
}

function actionLine(action: LiveAction, nowMillis: number): string {
  const { label, startedAtMillis, usualSeconds, waitsFor } = action;
  const time = inWords(nowMillis - startedAtMillis).padStart(timeWidth);
  if (waitsFor.length > 0) return `${time}  waits for a lock of ${waitsFor.join(", ")}: ${label}`;
  const usual = usualSeconds === undefined ? "" : ` (usually ${inWords(usualSeconds * 1000)})`;
  return `${time}  ${label}${usual}`;
}

/** `5 s`, `2 min 5 s`, `1 h 2 min`. */
function inWords(millis: number): string {
  const seconds = Math.max(0, Math.round(millis / 1000));
  const minutes = Math.floor(seconds / 60);
  if (minutes === 0) return `${seconds} s`;
  const [hours, ...rest] = [Math.floor(minutes / 60), minutes % 60, seconds % 60];
  const parts = hours > 0 ? `${hours} h ${rest[0]} min` : `${rest[0]} min ${rest[1]} s`;
  return parts.replace(/ 0 \w+$/, "");
}
