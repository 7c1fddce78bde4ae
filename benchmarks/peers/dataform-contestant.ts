import { emptyCache, makeProject, writeModel } from "../make-project.ts";
import { measure } from "../measure.ts";
import { editedModel, type Peer } from "./contestant.ts";

/** This build, compile included, with its default threads and with all that makes a run safe. */
export function dataformContestant(command: string, size: number): Peer & { steps: object } {
  const cwd = makeProject(size);
  const edited = editedModel(size);
  return {
    name: "dataform",
    steps: (url) => {
      const env = { DATABASE_URL: url, ...emptyCache() };
      const run = (...args: string[]) =>
        measure({
          program: process.execPath,
          args: [command, "run", cwd, ...args],
          ...{ cwd, env },
        });
      writeModel(cwd, edited, 0);
      return {
        "first run": () => run(),
        "nothing changed": () => run(),
        "one edit": () => {
          writeModel(cwd, edited, 1);
          return run("--actions", `model_${edited}`, "--include-dependents");
        },
      };
    },
  };
}
