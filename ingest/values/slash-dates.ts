import type { TimeReader } from "./date-format.ts";

const slashDate = /(?<![\d/])(\d{1,2})\/(\d{1,2})\/(\d{4})(?![\d/])/;

/**
 * Takes the text of a table and its reader of times, and returns a reader that knows dates with slashes, too:
 * when a date of the table has a number above 12, all have the day at that place. A table with both orders, or
 * without such a date, keeps its reader, and so does one whose form of dates the user has named.
 */
export function slashReader(text: string, readTime: TimeReader): TimeReader {
  if (readTime("01/02/2026") !== null) return readTime;
  let [isDayFirst, isMonthFirst] = [false, false];
  for (const [, first, second] of text.matchAll(new RegExp(slashDate, "g"))) {
    if (Number(first) > 12) isDayFirst = true;
    if (Number(second) > 12) isMonthFirst = true;
  }
  if (isDayFirst === isMonthFirst) return readTime;
  const iso = isDayFirst ? "$3-$2-$1" : "$3-$1-$2";
  return (value, isUtc) => readTime(value.trim().replace(slashDate, iso), isUtc);
}
