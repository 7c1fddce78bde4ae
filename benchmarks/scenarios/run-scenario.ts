import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Database, Session } from "../../runner/database/database.ts";
import { openDatabase } from "../../runner/database/open-database.ts";
import { runProject } from "../../runner/run-project.ts";
import { freshDatabase } from "../fresh-database.ts";
import { makeProject } from "../make-project.ts";
import { alternate, measure } from "../measure.ts";
import { hasPsql, runPsql } from "../peers/psql.ts";
import { type Row, timeRow } from "../report.ts";

/**
 * A first run of `size` tables and assertions on an empty database, compile included, beside psql
 * executing the statements that such a run sends, in order, on one connection.
 */
export async function runScenario(
  command: string,
  url: string,
  size: number,
  rounds: number,
): Promise<Row[]> {
  const cwd = makeProject(size);
  const script = join(cwd, "statements.sql");
  writeFileSync(script, await recordStatements(cwd, await freshDatabase(url)));
  const ours = async () =>
    measure({
      program: process.execPath,
      args: [command, "run", cwd],
      cwd,
      env: { DATABASE_URL: await freshDatabase(url) },
    });
  const peer = async () => runPsql(cwd, await freshDatabase(url), ["-f", script]);
  const measured = await alternate(rounds, ours, hasPsql() ? peer : undefined);
  const name = `run ${size} tables and ${size} assertions`;
  return [
    timeRow(`${name} (peer: psql${hasPsql() ? "" : ", not found"})`, measured.ours, measured.peer),
  ];
}

/** Runs the project with one thread and gives every statement that was sent for its actions. */
async function recordStatements(projectDir: string, url: string): Promise<string> {
  const statements: string[] = [];
  const database = await openDatabase({ projectDir, env: { DATABASE_URL: url } });
  const result = await runProject({
    projectDir,
    database: recording(database, statements),
    threads: 1,
  });
  await database.close();
  if (result.status !== "successful") throw new Error(`the recorded run ended ${result.status}`);
  return statements.map((statement) => `${statement.trimEnd()}\n;\n`).join("");
}

function recording(database: Database, statements: string[]): Database {
  const wrap = (session: Session): Session => ({
    ...session,
    query: (text, values) => {
      if (!values?.length) statements.push(text);
      return session.query(text, values);
    },
  });
  return {
    ...database,
    query: wrap(database as unknown as Session).query,
    session: (use, signal) => database.session((session) => use(wrap(session)), signal),
    transaction: async (use, signal) => {
      statements.push("begin");
      const result = await database.transaction((session) => use(wrap(session)), signal);
      statements.push("commit");
      return result;
    },
  };
}
