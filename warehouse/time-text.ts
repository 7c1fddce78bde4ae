import { dayLengthMs } from "./utc-day.ts";

let knownDay = Number.NaN;
let knownText = "";

/** What `toISOString` gives for milliseconds since 1970-01-01 UTC, at a third of its price. */
export function timeText(time: number): string {
  const ms = time - Math.floor(time / 1_000) * 1_000;
  return `${secondText(time)}.${ms < 100 ? `0${two[ms]}` : ms}Z`;
}

/** The same as far as the seconds. */
export function secondText(time: number): string {
  const day = Math.floor(time / dayLengthMs);
  if (day !== knownDay) {
    knownDay = day;
    knownText = new Date(day * dayLengthMs).toISOString().slice(0, -13);
  }
  const ofDay = time - day * dayLengthMs;
  const hour = Math.floor(ofDay / 3_600_000);
  const minute = Math.floor(ofDay / 60_000) % 60;
  const second = Math.floor(ofDay / 1_000) % 60;
  return `${knownText}${two[hour]}:${two[minute]}:${two[second]}`;
}

const two = Array.from({ length: 100 }, (_, number) => String(number).padStart(2, "0"));
