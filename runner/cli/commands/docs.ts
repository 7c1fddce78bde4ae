import { existsSync } from "node:fs";
import { relative } from "node:path";
import { assertCompiled } from "../../compile/checks/assert-compiled.ts";
import { compileProject } from "../../compile/compile-project.ts";
import type { CompiledGraph } from "../../compile/compiled-graph.ts";
import { findProject } from "../../compile/find-project.ts";
import { embeddedPaths } from "../../database/embedded/embedded-paths.ts";
import { openDatabase, withDatabase } from "../../database/open-database.ts";
import { chooseConnection } from "../../database/settings/connection-settings.ts";
import { type ReadDocsOptions, readDocs } from "../../docs-site/read-docs.ts";
import { type WrittenDocs, writeDocs } from "../../docs-site/write-docs.ts";
import { visibleText } from "../../text/terminal-text.ts";
import { compileArgumentsOf } from "../given-options.ts";
import { openInBrowser } from "../open-in-browser.ts";
import { compileOptions, databaseOptions, projectDirOption } from "../options.ts";
import { printFailure, progressOn } from "../output.ts";
import { type StopSignal, untilStopped } from "../signals.ts";
import type { AddCommand } from "./command.ts";

const docsOptions = {
  open: { type: "boolean", default: false, describe: "open the first page in the browser" },
  "single-file": {
    type: "boolean",
    default: false,
    describe: "write everything into one file, to send it to somebody",
  },
  database: {
    type: "boolean",
    default: true,
    describe: "read types, sizes and runs from the database; --no-database leaves it out",
  },
  "with-samples": {
    type: "boolean",
    default: false,
    describe: "with failing rows and with values in messages, which may be private",
  },
} as const;

/** `dataform docs`: pages about the project, which open from a disk. */
export const addDocsCommand: AddCommand = (parser, finish) =>
  parser.command(
    "docs [project-dir]",
    "Write pages about the project to target/docs/: models, columns, lineage, checks, runs",
    (command) =>
      command
        .positional("project-dir", projectDirOption)
        .options(docsOptions)
        .options(compileOptions)
        .options(databaseOptions),
    (args) =>
      finish(() => {
        const projectDir = findProject(args.projectDir);
        const { timeout, withSamples, singleFile, open } = args;
        return untilStopped({ what: "docs", timeoutMillis: timeout }, async (stop) => {
          const { signal } = stop;
          const compileArguments = compileArgumentsOf(args);
          const compiled = await compileProject({ projectDir, ...compileArguments, signal });
          const options = { projectDir, compiled, withSamples, signal, now: new Date() };
          const docs = await readWithDatabase(options, args);
          const written = await writeDocs(docs, { projectDir, isSingleFile: singleFile });
          tell(written);
          if (open) await openInBrowser(written.path);
          return exitCodeOf(compiled, projectDir, stop);
        });
      }),
  );

async function readWithDatabase(
  options: ReadDocsOptions,
  { database: isAsked, credentials }: { database: boolean; credentials?: string | undefined },
) {
  const { projectDir, signal } = options;
  const withoutDatabase = isAsked ? neverMade(projectDir, credentials) : undefined;
  if (!isAsked || withoutDatabase !== undefined) return readDocs({ ...options, withoutDatabase });
  const onProgress = progressOn(process.stderr);
  const opening = openDatabase({ projectDir, env: process.env, credentials, onProgress, signal });
  return withDatabase(opening, (database) => readDocs({ ...options, database }));
}

/** Pages alone are no reason to make the data of an embedded server. */
function neverMade(projectDir: string, credentials: string | undefined): string | undefined {
  const setting = chooseConnection({ projectDir, env: process.env, credentials });
  if (setting.kind !== "embedded" || existsSync(embeddedPaths(setting.folder).data)) return;
  return "The embedded database has not been made yet: the first dataform run makes it.";
}

const manyBytes = 10 * 1024 ** 2;

function tell({ path, bytes }: WrittenDocs): void {
  process.stdout.write(`docs:     ${visibleText(relative(process.cwd(), path))}\n`);
  if (bytes === undefined || bytes < manyBytes) return;
  const megabytes = Math.round(bytes / 1024 ** 2);
  process.stderr.write(
    `warning: the file has ${megabytes} MB and opens slowly; without --single-file each page is a file of its own\n`,
  );
}

/** Pages come with errors too, and the command says that the project does not compile. */
function exitCodeOf(compiled: CompiledGraph, projectDir: string, stop: StopSignal): number {
  try {
    assertCompiled(compiled, projectDir);
    return stop.exitCode() ?? 0;
  } catch (error) {
    return printFailure(error);
  }
}
