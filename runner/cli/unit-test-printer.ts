import { join, relative } from "node:path";
import pc from "picocolors";
import { createSourceReader } from "../report/console/read-source.ts";
import { unitTestLines } from "../report/console/unit-test-lines.ts";
import type { UnitTestResult } from "../results/unit-test-result.ts";
import { withoutWorkflowCommands } from "../text/workflow-commands.ts";
import { colorOn, columnsOf } from "./output.ts";

/** Prints the results of unit tests as they come: on stderr when stdout belongs to JSON. */
export function createUnitTestPrinter(projectDir: string, json: boolean) {
  const stream = json ? process.stderr : process.stdout;
  const colors = pc.createColors(colorOn(stream));
  const options = {
    colors,
    maxWidth: columnsOf(stream) ?? 100,
    readSource: createSourceReader(projectDir),
    showPath: (fileName: string) => relative(process.cwd(), join(projectDir, fileName)),
  };
  const line = (text: string) => void stream.write(withoutWorkflowCommands(`${text}\n`));
  return {
    colors,
    line,
    result: (result: UnitTestResult) => line(unitTestLines(result, options).join("\n")),
  };
}
