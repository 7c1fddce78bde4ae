import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { modelQuery } from "../make-project.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { editedModel, everyModel, modelsAfter, type Peer } from "./contestant.ts";
import { psqlVersion, runPsql } from "./psql.ts";

/**
 * What an analyst would write: every model as `create table as`, then one count of its nulls, in order, on one
 * connection. Nothing guards it: a second run shows no table while it is made again.
 */
export function psqlContestant(size: number): Peer {
  const version = psqlVersion();
  if (version === undefined) return { name: "psql", missing: "psql is not on the PATH" };
  const folder = temporaryFolder("psql");
  const script = (name: string, models: readonly number[], added: number) => {
    const file = join(folder, name);
    const statements = models.map((index) => statementsOf(index, added)).join("");
    writeFileSync(file, `create schema if not exists bench;\n${statements}`);
    return file;
  };
  const all = script("all.sql", everyModel(size), 0);
  const edited = script("edited.sql", modelsAfter(editedModel(size), size), 1);
  return {
    name: `psql ${version}`,
    steps: (url) => ({
      "first run": () => runPsql(folder, url, ["-f", all]),
      "nothing changed": () => runPsql(folder, url, ["-f", all]),
      "one edit": () => runPsql(folder, url, ["-f", edited]),
    }),
  };
}

function statementsOf(index: number, added: number): string {
  const name = `bench.model_${index}`;
  return `drop table if exists ${name};
create table ${name} as
${modelQuery(index, (source) => `bench.${source}`, added)};
select count(*) from ${name} where id is null;
`;
}
