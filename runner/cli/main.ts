import "./navigator.ts";
import { statSync } from "node:fs";
import { endEarlyCompiler, startCompilerEarly } from "../compile/early-compiler.ts";

/** Commands that compile the project first. */
const compiling = [
  "compile",
  "run",
  "plan",
  "test",
  "audit",
  "status",
  "freshness",
  "show",
  "docs",
];

const argv = process.argv.slice(2);
if (compiling.includes(argv[0] ?? "") && !argv.some(isQuestion)) startCompilerEarly(folderIn(argv));
// The compiler reads the project while the rest is loaded.
const { runCommandLine } = await import("./run-command-line.ts");
process.exitCode = await runCommandLine(argv);
endEarlyCompiler();

function isQuestion(argument: string): boolean {
  return /^(-h|--help|-v|--version)$/.test(argument);
}

/** The project's folder, if it stands right behind the command; another one is found when the arguments are read. */
function folderIn([, second = ""]: readonly string[]): string {
  const isFolder = statSync(second, { throwIfNoEntry: false })?.isDirectory() === true;
  return isFolder ? second : ".";
}
