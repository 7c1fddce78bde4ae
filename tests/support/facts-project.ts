import { beforeEach } from "vitest";
import type { Database } from "../../runner/database/database.ts";
import type { TaskResult } from "../../runner/results/run-result.ts";
import { forbidCascades } from "./forbid-cascades.ts";
import { openTestDatabase, openUrl } from "./opened-database.ts";
import { runProject } from "./run-project.ts";
import { temporaryProject } from "./temporary-project.ts";
import type { TestServer } from "./test-database.ts";

/** The config of an incremental table that overwrites by `partitionBy`; `settings` stand behind it. */
export const overwrite = (by: string, settings = ""): string =>
  `type: "incremental", incrementalStrategy: "INSERT_OVERWRITE", bigquery: { partitionBy: ${JSON.stringify(by)} }${settings}`;

/** Settings of native partitions, to stand behind others. */
export const native = (settings: string): string => `, postgres: { ${settings} }`;

/** One native partition for each day. */
export const byDay = native(`partitionBy: { column: "day", range: "day" }`);

/** For `it.each`: titles and settings of the two kinds of tables. */
export const kinds: readonly (readonly [string, string])[] = [
  ["a plain table", ""],
  ["a natively partitioned table", byDay],
];

/** A table of a temporary project, and ways to run it. */
export interface Facts {
  folder: string;
  /** The first task that failed, or the one that published. */
  run: (fullRefresh?: boolean) => Promise<TaskResult | undefined>;
  becomes: (config: string, select?: string) => void;
}

/** A database with `public.source` for every test, of which `shop.facts` is made. */
export function useFacts(server: TestServer) {
  let database: Database;
  let url: string;

  beforeEach(async () => {
    ({ database, url } = await openTestDatabase(server));
    await database.query(
      "create table public.source (day date, at timestamptz, part text, value int)",
    );
    return forbidCascades(database);
  });

  const rows = async (sql: string) => (await database.query(sql)).rows;
  return {
    database: () => database,
    /** Another connection to the same database, until the test ends. */
    reader: () => openUrl(url),
    rows,
    /** Puts other rows of (day, value) into the source. */
    give: (values: string) =>
      database.query(
        `truncate public.source; insert into public.source (day, value) values ${values}`,
      ),
    /** The file of each partition, by its name. */
    files: async (): Promise<Record<string, string | null>> => {
      const found = await rows(
        "select relid::regclass::text, pg_relation_filenode(relid) from pg_partition_tree('shop.facts') where isleaf",
      );
      return Object.fromEntries(found.map(([name, file]) => [name, file]));
    },
    /** A project with one table that reads everything in the source. */
    facts: (config: string, select = "day, value"): Facts => {
      const sqlx = (columns: string, settings: string) =>
        `config { ${settings} }\nselect ${columns} from public.source`;
      const { folder, write } = temporaryProject({ "facts.sqlx": sqlx(select, config) });
      return {
        folder,
        run: async (fullRefresh = false) => {
          const options = { projectDir: folder, database, runConfig: { fullRefresh } };
          const [action] = (await runProject(options)).actions;
          const failed = action?.tasks.find(({ status }) => status === "failed");
          return failed ?? action?.tasks.find(({ type }) => type === "publish");
        },
        becomes: (settings, columns = select) => write("facts.sqlx", sqlx(columns, settings)),
      };
    },
  };
}
