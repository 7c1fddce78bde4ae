import { afterAll, beforeAll, describe, it } from "vitest";
import { quoteLiteral } from "../../runner/names/identifiers.ts";
import { serversByVersion } from "../support/test-database.ts";
import { type FaultBench, openBench } from "./fault-bench.ts";
import { endure } from "./strike.ts";

/** Settings of the database, and how a run under them may end. */
const settings: [string, Record<string, string>, number[]][] = [
  [
    "other preferences in everything",
    {
      timezone: "Asia/Kolkata",
      search_path: "audit",
      datestyle: "German, DMY",
      default_transaction_isolation: "serializable",
      standard_conforming_strings: "off",
    },
    [0],
  ],
  ["repeatable reads", { default_transaction_isolation: "repeatable read" }, [0]],
  ["read-only transactions", { default_transaction_read_only: "on" }, [1, 4]],
  ["no time for a statement", { statement_timeout: "1ms" }, [1, 4]],
  ["no room for temporary files", { temp_file_limit: "0" }, [0, 1]],
];

describe.each(serversByVersion())("a run on $name whose database has", (server) => {
  let bench: FaultBench | undefined;
  beforeAll(async () => {
    bench = await openBench(server);
  });
  afterAll(() => bench?.remove());

  it.each(settings)("%s ends right, now or in the next one", async (_what, wanted, exitCodes) => {
    if (bench === undefined) throw new Error("there is no server to try faults on");
    const set = Object.entries(wanted).map(([name, value]) =>
      inDatabase(`set ${name} = ${quoteLiteral(value)}`),
    );
    const settings = { set: set.join(";"), reset: inDatabase("reset all") };
    const env = { TZ: "America/Los_Angeles", LC_ALL: "tr_TR.UTF-8" };
    await endure(bench, { situation: "next", settings, env, exitCodes });
  });
});

function inDatabase(change: string): string {
  const statement = `format('alter database %I ', current_database()) || ${quoteLiteral(change)}`;
  return `do $$ begin execute ${statement}; end $$`;
}
