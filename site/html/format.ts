import { count, nothing } from "../../runner/pages/format.ts";
import type { Row, Value } from "../read/rows.ts";

const whole = new Intl.NumberFormat("en-GB");
const oneDecimal = new Intl.NumberFormat("en-GB", {
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});

/** Per cent to one decimal, cut and not rounded, so that 99.97 is not 100.0; without the sign. */
export function percent(value: Value): string {
  if (value === null || value === undefined) return nothing;
  return oneDecimal.format(cut(Number(value)));
}

/** An interval of two shares in per cent, each cut to one decimal. */
export function interval(low: Value, high: Value): string {
  if (low === null || low === undefined) return nothing;
  return `${percent(low)}–${percent(high)}`;
}

/**
 * Seconds as minutes to one decimal, rounded up, so that what is later than an objective of 30 minutes
 * is never shown as 30.0; `∞` when a test did not recover while it was watched.
 */
export function minutes(seconds: Value): string {
  if (seconds === null || seconds === undefined) return nothing;
  const value = Number(seconds) / 60;
  if (value === Number.POSITIVE_INFINITY) return "∞";
  if (value < 0.1) return "< 0.1";
  return oneDecimal.format(up(value));
}

/**
 * Seconds for which a test was watched and did not recover, as minutes: `> 30.8`. Cut to one decimal and
 * not rounded up, since nobody saw more.
 */
export function longerThan(seconds: Value): string {
  if (seconds === null || seconds === undefined) return nothing;
  return moreThan(Number(seconds) / 60);
}

/** A number that is known only from below, to one decimal: `> 1.0`. */
export function moreThan(value: number): string {
  return `> ${oneDecimal.format(cut(value))}`;
}

/** Minutes with their sign, cut towards the worse: what is left of an objective. */
export function signedMinutes(value: Value): string {
  if (value === null || value === undefined) return nothing;
  const floor = Math.floor(Math.round(Number(value) * 1e6) / 1e5) / 10;
  return floor < 0 ? `−${oneDecimal.format(-floor)}` : `+${oneDecimal.format(floor)}`;
}

/**
 * Per cent of a budget as a multiple when it is far beyond it: `895 × the budget`, else `12.3 %`. Rounded
 * up, so that more than all of a budget is never shown as 100.0 %.
 */
export function budget(used: Value): { figure: string; unit: string } {
  if (used === null || used === undefined) return { figure: nothing, unit: "" };
  const value = Number(used);
  if (value < 1_000) return { figure: oneDecimal.format(up(value)), unit: "%" };
  return { figure: whole.format(Math.ceil(value / 100)), unit: "× the budget" };
}

/** A ratio to one decimal, rounded up, so that what is beyond an objective is never shown as `1.0`. */
export function times(value: number): string {
  return Number.isFinite(value) ? oneDecimal.format(up(value)) : "∞";
}

/** Seconds as hours to one decimal. */
export function hours(seconds: Value): string {
  return seconds === null || seconds === undefined
    ? nothing
    : oneDecimal.format(Number(seconds) / 3600);
}

/** The first characters of a hash, which is enough to find it. */
export function shortHash(value: Value): string {
  return value === null || value === undefined ? nothing : `${value.slice(0, 12)}…`;
}

/** The scenario of a row; of an unknown one, which is scenario 0, the name as received. */
export function scenarioName({ scenario_id: id, scenario_name: name }: Row): string {
  return id === "0" ? `${name ?? "no name"}, not mapped` : (name ?? nothing);
}

/** A word of the database for people: `duration_proxy` is `duration proxy`. */
export function words(value: Value): string {
  return value?.replaceAll("_", " ") ?? nothing;
}

function cut(value: number): number {
  // a number of five decimals is exact to 1e-9 here
  return Math.floor(value * 10 + 1e-6) / 10;
}

function up(value: number): number {
  return Math.ceil(Math.round(value * 1e6) / 1e5) / 10;
}

/** `n = 120`, which stays on one line. */
export function sampleSize(tests: Value | number): string {
  return `n\u00a0=\u00a0${count(tests)}`;
}
