import { openDatabase } from "../../database/open-database.ts";
import { createSourceReader } from "../../report/console/read-source.ts";
import { unitTestFindings, unitTestSummary } from "../../report/console/unit-test-lines.ts";
import { formatUnitTestJson } from "../../report/files/unit-test-json.ts";
import { formatUnitTestJunit } from "../../report/files/unit-test-junit.ts";
import { assertCanWrite, writeFileAtomically } from "../../report/files/write-file.ts";
import { forWorkflow } from "../../report/for-workflow.ts";
import type { RunStatus } from "../../results/run-result.ts";
import type { UnitTestResult } from "../../results/unit-test-result.ts";
import { targetName } from "../../target.ts";
import { testProject } from "../../test-project.ts";
import { annotate } from "../annotate.ts";
import { compileArgumentsOf, listOf } from "../given-options.ts";
import {
  changedSinceOption,
  compileOptions,
  databaseOptions,
  projectDirOption,
  runOptions,
} from "../options.ts";
import { untilStopped } from "../signals.ts";
import { createUnitTestPrinter } from "../unit-test-printer.ts";
import type { AddCommand } from "./command.ts";

/** `dataform test`: runs the project's unit tests, each in a transaction that is rolled back. */
export const addTestCommand: AddCommand = (parser, finish) =>
  parser.command(
    "test [project-dir]",
    "Run the project's unit tests; changes nothing in the database",
    (command) =>
      command
        .positional("project-dir", projectDirOption)
        .options({
          actions: {
            ...runOptions.actions,
            describe: "names of tests, or of the models that they test",
          },
          tags: { ...runOptions.tags, describe: "run tests with these tags" },
          json: { ...runOptions.json, describe: "print the results as JSON on stdout" },
          threads: { ...runOptions.threads, describe: "tests at the same time" },
          junit: { type: "string", describe: "JUnit XML file to write" },
          "changed-since": changedSinceOption,
        })
        .options(compileOptions)
        .options(databaseOptions),
    (args) =>
      finish(() => {
        const { actions, credentials, junit, json, projectDir, tags, threads, timeout } = args;
        const { changedSince } = args;
        const print = createUnitTestPrinter(projectDir, json);
        return untilStopped({ what: "unit test", timeoutMillis: timeout }, async (stop) => {
          await assertCanWrite([junit], projectDir);
          const run = await testProject({
            ...{ projectDir, threads, ...compileArgumentsOf(args), signal: stop.signal },
            ...{
              actions: listOf(actions, "--actions"),
              tags: listOf(tags, "--tags"),
              changedSince,
            },
            onFinished: print.result,
            openDatabase: () =>
              openDatabase({ projectDir, credentials, env: process.env, signal: stop.signal }),
          });
          const readSource = createSourceReader(projectDir);
          if (json) process.stdout.write(forWorkflow(formatUnitTestJson(run, readSource)));
          if (junit !== undefined) {
            await writeFileAtomically(junit, formatUnitTestJunit(run, { readSource }), projectDir);
          }
          annotate(run.tests.flatMap(problemOf), projectDir);
          if (run.tests.length === 0) return noTests(changedSince);
          print.line(unitTestSummary(run, print.colors));
          return stop.exitCode() ?? exitCodes[run.status];
        });
      }),
  );

function problemOf(test: UnitTestResult) {
  if (test.status !== "failed") return [];
  const { fileName, name, dataset } = test;
  const title = `Unit test "${name}" of ${targetName(dataset)} failed`;
  return [{ fileName, line: 1, title, message: unitTestFindings(test).join("\n") }];
}

const exitCodes: Record<RunStatus, number> = {
  successful: 0,
  failed: 1,
  timed_out: 6,
  cancelled: 130,
};

// Dataform's own words and exit code; that nothing has changed is no mistake.
function noTests(changedSince: string | undefined): number {
  if (changedSince !== undefined) {
    process.stderr.write(`no unit test has changed since ${changedSince}, nor what one tests\n`);
    return 0;
  }
  process.stderr.write("No unit tests found.\n");
  return 1;
}
