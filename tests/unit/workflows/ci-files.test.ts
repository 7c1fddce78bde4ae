import { expect, it } from "vitest";
import { ciFiles } from "../../../runner/init/write-ci-files.ts";

// Where Dataform's own package is installed too, npm gives it the name `dataform`.
it.each(["github", "gitlab"] as const)("calls our command by its own name on %s", (service) => {
  const texts = Object.values(ciFiles(service, ".")).join("");
  const programs = [...texts.matchAll(/\bnpx +(\S+)/g)].map(([, program]) => program);
  expect(programs.length).toBeGreaterThan(5);
  expect(new Set(programs)).toEqual(new Set(["dataform-postgres"]));
});
