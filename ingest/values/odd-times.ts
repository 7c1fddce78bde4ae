const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

const month = "(?<month>[a-z]{3,9})\\.?";
const year = "(?<year>\\d{4}|(?<=[-/ ])\\d\\d(?!:))";
const clock = "(?<clock>\\d{1,2}:\\d\\d(?::\\d\\d(?:[.,]\\d+)?)?)(?:\\s*(?<half>[ap])\\.?m\\.?)?";
const zone = "(?:(?:GMT|UTC)(?=[+-]))?(?<zone>GMT|UTC|Z|[+-]\\d{2}:?\\d{2})";
const time = `(?:(?:,?\\s+(?:at\\s+)?|T)${clock}(?:\\s*${zone})?)?`;
const forms = [
  // Mon, 5 Jan 2026 10:00:00 GMT: mails, HTTP, TestNG; 5-Jan-26 10:00: spreadsheets
  `(?:[a-z]{3,9},? )?(?<day>\\d{1,2})[-/ ]${month}[-/, ]+${year}${time}`,
  // January 5, 2026 10:00 AM
  `(?:[a-z]{3,9},? )?${month} (?<day>\\d{1,2})(?:st|nd|rd|th)?,? ${year}${time}`,
  // Mon Jan  5 10:00:00 UTC 2026: C, the same without a zone, and Java
  `[a-z]{3} ${month} +(?<day>\\d{1,2}) ${clock} (?:${zone} )?(?<year>\\d{4})`,
  // Mon Jan 05 2026 10:00:00 GMT+0100 (Central European Standard Time): JavaScript
  `[a-z]{3} ${month} (?<day>\\d{2}) (?<year>\\d{4}) ${clock} GMT(?<zone>[+-]\\d{4})(?: \\(.*\\))?`,
  // 5.1.2026 10:00: no country that writes dots puts the month first
  `(?<day>\\d{1,2})\\.\\s?(?<number>\\d{1,2})\\.\\s?(?<year>\\d{4})${time}`,
  // 2026-1-5 9:05, 2026/01/05 10:00 PM
  `(?<year>\\d{4})(?<mark>[-/])(?<number>\\d{1,2})\\k<mark>(?<day>\\d{1,2})${time}`,
].map((form) => new RegExp(`^${form}$`, "i"));

/** Zones by letters that no two countries use for different times; Java writes them where it runs. */
const offsets: Record<string, string> = {
  ...{ CET: "+01:00", CEST: "+02:00", EET: "+02:00", EEST: "+03:00", MSK: "+03:00" },
  ...{ EDT: "-04:00", MDT: "-06:00", PDT: "-07:00" },
  ...{
    JST: "+09:00",
    KST: "+09:00",
    AEST: "+10:00",
    AEDT: "+11:00",
    NZST: "+12:00",
    NZDT: "+13:00",
  },
};

/** The letters of a zone behind a time of day. */
export const zoneLetters = /(?<=:\d\d(?:[.,]\d+)? )[A-Z]{2,5}(?= \d{4}$|$)/;

/**
 * A time that tools or people write in a form of their own, as ISO 8601; other texts as they are. Forms that
 * two countries read differently, such as `01/05/2026`, and zones by letters that several have, such as
 * `IST`, are left alone.
 */
export function isoText(text: string): string {
  const millis = /^\/Date\((-?\d+)(?:[+-]\d{4})?\)\/$/.exec(text)?.[1];
  // .NET and PowerShell 5 in JSON: the offset is the writer's, and changes nothing
  if (millis !== undefined) return isoOfMillis(Number(millis));
  const trimmed = text.trim().replace(zoneLetters, (letters) => offsets[letters] ?? letters);
  for (const form of forms) {
    const found = form.exec(trimmed)?.groups;
    const iso = found && isoOf(found);
    if (iso !== undefined) return iso;
  }
  return (
    trimmed
      // 20260105T100000Z
      .replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(?=\D|$)/, "$1-$2-$3T$4:$5:$6")
      // Robot Framework: 20260105 10:00:00.123
      .replace(/^(\d{4})(\d\d)(\d\d)(?= \d\d:\d\d:\d\d)/, "$1-$2-$3")
      // Java: 2026-01-05T10:00:00+01:00[Europe/Berlin]
      .replace(/(?<=Z|[+-]\d\d:\d\d)\[[\w/+-]+\]$/, "")
      // 2026-01-05T10:00:00 GMT-05:00
      .replace(/(?<=:\d\d(?:\.\d+)? ?)(GMT|UTC)(?=[+-]\d)/, "")
      // Go: 2026-01-05 10:00:00.123 +0000 UTC m=+0.5
      .replace(/(?<= [+-]\d{4}) [A-Z]{3,4}(?: m=\S+)?$/, "")
  );
}

function isoOfMillis(millis: number): string {
  return Math.abs(millis) < 250_000_000_000_000 ? new Date(millis).toISOString() : "";
}

/** The parts of a time in ISO 8601; undefined for no name of a month. */
function isoOf(found: Record<string, string | undefined>): string | undefined {
  const { day = "", month = "", year = "", clock, zone = "" } = found;
  const number = found.number ?? String(months.findIndex((name) => isName(month, name)) + 1);
  if (number === "0") return undefined;
  const date = `${year.padStart(4, "20")}-${number.padStart(2, "0")}-${day.padStart(2, "0")}`;
  return clock === undefined ? date : `${date}T${inHalf(clock, found.half)}${zone}`;
}

const fullNames =
  "january february march april may june july august september october november december".split(
    " ",
  );

function isName(word: string, short: string): boolean {
  const lower = word.toLowerCase();
  return (
    lower === short ||
    (lower === "sept" && short === "sep") ||
    (fullNames.includes(lower) && lower.startsWith(short))
  );
}

/** A clock of 24 hours, with two digits of the hour. */
function inHalf(clock: string, half: string | undefined): string {
  const [hour = "", ...rest] = clock.split(":");
  const number = Number(hour);
  if (half === undefined) return [hour.padStart(2, "0"), ...rest].join(":");
  // 13:00 PM is none: left as it is, no time is read of it
  if (number < 1 || number > 12) return "";
  const whole = (number % 12) + (half.toLowerCase() === "p" ? 12 : 0);
  return [String(whole).padStart(2, "0"), ...rest].join(":");
}
