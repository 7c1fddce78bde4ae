/** A value as PostgreSQL writes it; undefined where there is none. */
type Value = string | null | undefined;

/** How a number looks when there is none. */
export const nothing = "–";

const whole = new Intl.NumberFormat("en-GB");

/** A number of things: `16,524`. */
export function count(value: Value | number): string {
  return value === null || value === undefined ? nothing : whole.format(Number(value));
}

/** `1 test`, `2 tests`. */
export function counted(value: Value | number, noun: string): string {
  return `${count(value)} ${noun}${Number(value) === 1 ? "" : "s"}`;
}

const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** A day as `27 Nov 2026`; without its year when asked. */
export function day(value: Value, withYear = true): string {
  const [, year, month, date] = /^(\d{4,})-(\d\d)-(\d\d)/.exec(value ?? "") ?? [];
  if (month === undefined) return nothing;
  const short = `${Number(date)} ${months[Number(month) - 1]}`;
  return withYear ? `${short} ${year}` : short;
}

/** A moment as `2026-11-27 17:08`, in the zone in which it is given. */
export function moment(value: Value): string {
  return value?.slice(0, 16).replace("T", " ") ?? nothing;
}
