import type { QueryContext } from "../site/read/query.ts";

/** What a dashboard shows, told once for Grafana, Metabase and the rights of their role. */
export interface Dashboard {
  /** Its fixed id in Grafana and the name of its files. */
  uid: string;
  title: string;
  /** The question that it answers. */
  description: string;
  variables: Variable[];
  /** The time that it shows when it is opened, as Grafana writes it: `now-90d`. */
  from: string;
  panels: Panel[];
}

/** A choice above the panels. */
export interface Variable {
  name: string;
  label: string;
  /** SQL with the columns `__text` and `__value`, in the order in which they are offered; or the values. */
  values: ((target: Target) => string) | string[];
  /** Whether all of them, or several, can be chosen. */
  isMulti: boolean;
}

/** One query and how its rows are drawn. */
export interface Panel {
  /** Names the file of its SQL. */
  name: string;
  title: string;
  /** What the numbers mean. */
  description: string;
  /**
   * What is drawn: each column of one row as a number, rows as a table, or lines over time, which
   * have the columns `time`, a text `metric` if there are several, and numbers.
   */
  as: "numbers" | "table" | "lines" | "points" | "bars";
  sql: (target: Target) => string;
  /** Size in a grid of 24 columns. */
  width: 6 | 8 | 12 | 16 | 24;
  height: number;
  /** How the columns look; of lines `""` is all of them. */
  columns?: Record<string, Column>;
}

/** How a column looks. */
export interface Column {
  label?: string;
  unit?: Unit;
  decimals?: number;
  /** From this value on it is red: an objective was missed, something is overdue or never was. */
  badFrom?: number;
  /** Values with a colour of their own: `bad` is red, `good` blue, `unknown` grey. */
  colours?: Record<string, "bad" | "good" | "unknown">;
  /** The uid of the dashboard that a click opens for the value, and its variable. */
  opens?: { uid: string; variable: string };
}

/** A unit by the name that Grafana has for it. */
export type Unit = "percent" | "s" | "m" | "d" | "short" | "dateTimeAsIso";

/** The program that SQL is written for: how it puts choices and the shown time into the text. */
export interface Target {
  /** What the queries of the report are made with. */
  context: QueryContext;
  /** Gives the full name of a view of the history of runs. */
  history: (view: string) => string;
  /** Condition: the column of type text is one of the chosen values of a variable. */
  isChosen: (column: string, variable: string) => string;
  /** SQL of type integer: the chosen days of the windows. */
  windowDays: string;
  /**
   * Condition: the column of type timestamptz is within the time that is shown. A column, no expression:
   * Grafana reads the argument of a macro up to the first closing bracket.
   */
  isShown: (column: string) => string;
  /** SQL of type timestamptz: the moment in which a day of the report begins. */
  startOf: (day: string) => string;
}
