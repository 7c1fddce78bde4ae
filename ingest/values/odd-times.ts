const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const clock = "(?<clock>\\d\\d:\\d\\d:\\d\\d)";
const zone = "(?<zone>GMT|UTC|Z|[+-]\\d{4})";
const forms = [
  // Mon, 5 Jan 2026 10:00:00 GMT: mails, HTTP, TestNG
  `(?:\\w{3}, )?(?<day>\\d{1,2}) (?<month>\\w{3}) (?<year>\\d{4}) ${clock}(?: ${zone})?`,
  // Mon Jan  5 10:00:00 UTC 2026: C, the same without a zone, and Java
  `\\w{3} (?<month>\\w{3}) +(?<day>\\d{1,2}) ${clock} (?:${zone} )?(?<year>\\d{4})`,
  // Mon Jan 05 2026 10:00:00 GMT+0100 (Central European Standard Time): JavaScript
  `\\w{3} (?<month>\\w{3}) (?<day>\\d{2}) (?<year>\\d{4}) ${clock} GMT(?<zone>[+-]\\d{4})(?: \\(.*\\))?`,
].map((form) => new RegExp(`^${form}$`));

/**
 * A time that tools write in a form of their own, as ISO 8601; other texts as they are. Forms that two
 * countries read differently, such as `01/05/2026`, and zones by letters that several have, such as
 * `CET`, are left alone.
 */
export function isoText(text: string): string {
  const trimmed = text.trim();
  const found = forms.map((form) => form.exec(trimmed)?.groups).find((each) => each !== undefined);
  if (found !== undefined) {
    const { day = "", month = "", year, clock, zone = "" } = found;
    const number = String(months.indexOf(month) + 1).padStart(2, "0");
    return `${year}-${number}-${day.padStart(2, "0")}T${clock}${zone}`;
  }
  return (
    trimmed
      // 20260105T100000Z
      .replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(?=\D|$)/, "$1-$2-$3T$4:$5:$6")
      // Robot Framework: 20260105 10:00:00.123
      .replace(/^(\d{4})(\d\d)(\d\d)(?= \d\d:\d\d:\d\d)/, "$1-$2-$3")
      .replace(/^(\d{4})\/(\d\d)\/(\d\d)(?=\s|T|$)/, "$1-$2-$3")
      // Java: 2026-01-05T10:00:00+01:00[Europe/Berlin]
      .replace(/(?<=Z|[+-]\d\d:\d\d)\[[\w/+-]+\]$/, "")
      // Go: 2026-01-05 10:00:00.123 +0000 UTC m=+0.5
      .replace(/(?<= [+-]\d{4}) [A-Z]{3,4}(?: m=\S+)?$/, "")
  );
}
