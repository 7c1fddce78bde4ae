import type { Database, Session } from "../../runner/database/database.ts";
import { RunnerError } from "../../runner/errors.ts";
import { nearestNames } from "../../runner/text/nearest-names.ts";
import { type AsOfViews, makeAsOfViews } from "./as-of-views.ts";
import { columnComments } from "./column-comments.ts";
import { windowsQuery } from "./metric-queries.ts";
import { type QueryName, queries } from "./queries.ts";
import type { QueryContext } from "./query.ts";
import { type Dataset, datasetOf, filterDataset, type Row } from "./rows.ts";

const schema = "resiliency";

/** What is read, and as of when. */
export interface ReadOptions {
  projectDir: string;
  /** The day that the report is made as of; the present unless given. */
  asOf: string | undefined;
  days: number;
  withSamples: boolean;
  /** The report time zone of the project. */
  timeZone: string;
  /** Number or name of the application that the report is limited to. */
  app: string | undefined;
}

/** All that the pages show, read in one transaction, so that the numbers agree with each other. */
export interface Facts {
  windows: Dataset;
  data: Record<QueryName, Dataset>;
  /** Relations that the warehouse does not have yet, so that their part of the report is empty. */
  missing: string[];
  /** The day that due dates count to. */
  today: string;
  /** The time zone by which a day begins and ends. */
  timeZone: string;
  /** The application that the report is limited to. */
  onlyApplication: Row | undefined;
  /** Descriptions by `view.column`. */
  comments: Map<string, string>;
  /** The name by which SQL that a page shows reads a relation: one of the warehouse, or a view as of a day. */
  nameOf: (relation: string) => string;
  /** Of a report as of a day: the SQL that makes its views. */
  asOfSql: string | undefined;
  /** Reads the rows of one more query of the same moment. */
  read: (query: (context: QueryContext) => string) => Promise<Dataset>;
}

/** Reads the warehouse and gives it to `use`, whose own reads see the same moment. */
export async function readReport<T>(
  database: Database,
  options: ReadOptions,
  use: (facts: Facts) => Promise<T>,
): Promise<T> {
  return database.session(async (session) => {
    const known = await relationsOf(session);
    const isBuilt = known.has("metric_lineage");
    const asOfViews =
      options.asOf !== undefined && isBuilt
        ? await makeAsOfViews(session, options.projectDir, options.asOf)
        : undefined;
    await session.query("begin transaction isolation level repeatable read, read only");
    try {
      // the pages name times as those of UTC, and look for the days in them
      await session.query("set local timezone to 'UTC'; set local datestyle to 'ISO, MDY'");
      return await use(await readFacts(session, options, known, asOfViews));
    } finally {
      await session.query("rollback");
      await session.query("discard temp");
    }
  });
}

async function readFacts(
  session: Session,
  options: ReadOptions,
  known: ReadonlySet<string>,
  asOfViews: AsOfViews | undefined,
): Promise<Facts> {
  const missing = new Set<string>();
  const nameOf = (relation: string) =>
    `${asOfViews?.names.has(relation) ? "pg_temp" : schema}.${relation}`;
  const read = (query: (context: QueryContext) => string, context: QueryContext) =>
    readIfBuilt(session, query, context, { known, nameOf, missing });
  const day = options.asOf ?? (await todayIn(session, options.timeZone));
  const unknown = { ...options, last: "null::date", chosenApplications: undefined };
  const context = { ...unknown, of: (name: string) => name, today: `date '${day}'` };
  const applications = await read(queries.applications, context);
  const only = chooseApplication(applications.rows, options.app);
  const keepOwn = (dataset: Dataset) =>
    only === undefined
      ? dataset
      : filterDataset(dataset, ({ app_id: id }) => id === undefined || id === only.app_id);
  const windows = keepOwn(await read(windowsQuery, context));
  const last = windows.rows[0]?.last_date;
  const full = {
    ...context,
    last: last ? `date '${last}'` : "null::date",
    chosenApplications: only && `app_id = ${only.app_id}`,
  };
  const data: Partial<Record<QueryName, Dataset>> = {};
  for (const name of Object.keys(queries) as QueryName[]) {
    data[name] = keepOwn(await read(queries[name], full));
  }
  return {
    windows,
    onlyApplication: only,
    data: data as Record<QueryName, Dataset>,
    missing: [...missing].sort(),
    today: day,
    timeZone: options.timeZone,
    comments: await columnComments(session, schema),
    nameOf,
    asOfSql: asOfViews?.sql,
    read: (query) => read(query, full),
  };
}

/** The application that was asked for by its number or name; throws USAGE when there is none. */
function chooseApplication(applications: readonly Row[], wanted: string | undefined) {
  if (wanted === undefined) return undefined;
  const found = applications.find(
    ({ app_id: id, app_name: name }) =>
      id === wanted || name?.toLowerCase() === wanted.toLowerCase(),
  );
  if (found !== undefined) return found;
  const names = applications.map(({ app_name: name }) => name ?? "");
  const near = nearestNames(wanted, names);
  throw new RunnerError("USAGE", `--app is no application: ${JSON.stringify(wanted)}`, {
    hint:
      near.length > 0
        ? `Did you mean ${near.map((name) => JSON.stringify(name)).join(" or ")}?`
        : "Give a number or a name of dim_applications.",
  });
}

interface Relations {
  known: ReadonlySet<string>;
  nameOf: (relation: string) => string;
  missing: Set<string>;
}

/** The rows of a query, or none when the warehouse lacks a relation that it reads. */
async function readIfBuilt(
  session: Session,
  query: (context: QueryContext) => string,
  context: QueryContext,
  { known, nameOf, missing }: Relations,
): Promise<Dataset> {
  const used = new Set<string>();
  const of = (name: string) => {
    used.add(name);
    return nameOf(name);
  };
  const sql = query({ ...context, of });
  const lacking = [...used].filter((name) => !known.has(name));
  for (const name of lacking) missing.add(name);
  if (lacking.length > 0) return noRows;
  return datasetOf(await session.query(sql, []));
}

const noRows: Dataset = {
  result: { columns: [], rows: [], rowCount: 0, command: "SELECT" },
  rows: [],
};

async function relationsOf(session: Session): Promise<Set<string>> {
  const result = await session.query(
    "select relname from pg_class where relnamespace = to_regnamespace($1)",
    [schema],
  );
  return new Set(result.rows.map(([name]) => name ?? ""));
}

async function todayIn(session: Session, timeZone: string): Promise<string> {
  const result = await session.query("select (now() at time zone $1)::date", [timeZone]);
  return result.rows[0]?.[0] ?? "";
}

/** Rows of a dataset in a window. */
export function inWindow(rows: readonly Row[], days: number): Row[] {
  return rows.filter(({ window_days }) => Number(window_days) === days);
}
