import type { Cell } from "../../runner/pages/cell.ts";
import { count, day, nothing } from "../../runner/pages/format.ts";
import {
  longerThan,
  minutes,
  moreThan,
  percent,
  scenarioName,
  times,
  words,
} from "../html/format.ts";
import { applicationPage, rowsLink } from "../html/links.ts";
import { number, type Row, type Value } from "../read/rows.ts";

/** A number of things. */
export function countCell(value: Value): Cell {
  return { text: count(value), key: number(value) };
}

/** Seconds in minutes; no value is sorted as less than any, and no recovery as more. */
export function minutesCell(seconds: Value): Cell {
  return { text: minutes(seconds), key: Number(seconds ?? -1) };
}

/** Per cent; no value is sorted as less than any. */
export function percentCell(value: Value): Cell {
  return { text: percent(value), key: Number(value ?? -1) };
}

/** How long the recovery of a breach took: at least as long as it was watched when it never came. */
export function recoveryOfBreach(row: Row) {
  return row.recovery_seconds === null && row.observed_seconds !== null
    ? {
        text: longerThan(row.observed_seconds),
        tone: "bad" as const,
        key: number(row.observed_seconds),
      }
    : {
        text: minutes(row.recovery_seconds),
        tone: "bad" as const,
        key: number(row.recovery_seconds),
      };
}

/** A recovery in multiples of its objective; of one that never came, those for which it was watched. */
export function timesObjective(row: Row) {
  const seconds = number(row.recovery_seconds ?? row.observed_seconds);
  const ratio = seconds / (number(row.rto_minutes) * 60);
  return {
    text: Number.isNaN(ratio)
      ? nothing
      : row.recovery_seconds === null
        ? moreThan(ratio)
        : times(ratio),
    key: Number.isNaN(ratio) ? -1 : ratio,
  };
}

/** The columns of required tests that are due. */
export const dueColumns = [
  {
    label: "Required test",
    cell: (row: Row) => ({
      text: `${row.app_name} · ${row.scenario_name}`,
      href: `${applicationPage(row.app_id)}.html`,
    }),
  },
  { label: "Team", cell: (row: Row) => row.owner_team ?? nothing },
  {
    label: "Last test",
    cell: (row: Row) =>
      row.last_test_date === null
        ? { text: "never", tone: "bad" as const, key: "" }
        : { text: day(row.last_test_date), key: row.last_test_date },
  },
  {
    label: "Overdue by",
    align: "right" as const,
    cell: (row: Row) => {
      // what was never tested is the most urgent
      if (row.days_overdue === null) return { text: nothing, key: 1e9 };
      const days = number(row.days_overdue);
      return days > 0
        ? { text: `${count(days)} d`, tone: "bad" as const, key: days }
        : { text: days === 0 ? "due today" : `due in ${count(-days)} d`, key: days };
    },
  },
];

/** The columns of applications that need one with a longer objective. */
export const dependencyColumns = [
  {
    label: "Application > what it needs",
    cell: (row: Row) => ({ text: row.path ?? nothing, sub: row.reason ?? undefined }),
  },
  { label: "Own, min", align: "right" as const, cell: (row: Row) => row.rto_minutes ?? "none" },
  {
    label: "Needed, min",
    align: "right" as const,
    cell: (row: Row) => row.dependency_rto_minutes ?? "none",
  },
  {
    label: "Excess, min",
    align: "right" as const,
    cell: (row: Row) =>
      row.excess_minutes === null
        ? { text: words(row.problem), tone: "muted" as const }
        : { text: `+${count(row.excess_minutes)}`, tone: "bad" as const },
  },
];

/** The columns of pairs whose newest tests disagree or got slower. */
export const pairColumns = [
  {
    label: "Application · scenario",
    cell: (row: Row) => ({
      text: `${row.app_name} · ${scenarioName(row)}`,
      href: rowsLink(row.app_id, { scenario: row.scenario_id }),
    }),
  },
  {
    label: "Failed of the last 10",
    align: "right" as const,
    cell: (row: Row) => ({
      text: `${row.recent_failed_tests} of ${row.recent_tests}`,
      key: number(row.recent_failed_tests),
    }),
  },
  {
    label: "Median of 5 before, min",
    align: "right" as const,
    cell: (row: Row) => minutesCell(row.previous_median_seconds),
  },
  {
    label: "Last 5, min",
    align: "right" as const,
    cell: (row: Row) => ({
      ...minutesCell(row.recent_median_seconds),
      sub: row.is_regressed === "t" ? "slower" : undefined,
    }),
  },
];
