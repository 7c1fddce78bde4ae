import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { repository } from "../../support/run-command.ts";

const workflow = parse(readFileSync(`${repository}/.github/workflows/release.yml`, "utf8"));

it("releases a pushed tag alone, with the fewest rights, checked and tested first", () => {
  expect(workflow.on).toEqual({ push: { tags: ["v[0-9]*"] } });
  expect(workflow.permissions).toEqual({ contents: "read" });
  const { publish, ...others } = workflow.jobs;
  expect(others).toEqual({});
  expect(publish.permissions).toEqual({ contents: "read", "id-token": "write" });
  const commands = publish.steps.flatMap(({ run = "" }) => (run === "" ? [] : [run]));
  const last = commands.at(-1);
  expect(last).toBe("npm publish --provenance --access public");
  for (const before of ["npm ci", "npm run check", "npm test"]) expect(commands).toContain(before);
});

it("takes the secret for the one step that needs it", () => {
  const text = JSON.stringify(workflow.jobs.publish.steps.slice(0, -1));
  expect(text).not.toContain("secrets.");
});
