import { expect, it } from "vitest";
import { refuseSelectingFlags } from "../../../runner/cli/usage-error.ts";

const flags = {
  ...{ assertions: true, includeDeps: false, includeDependents: false },
  ...{ fullRefresh: false, changed: false },
};

it("refuses neighbours of nothing and a dangling `and` by the flags alone", () => {
  expect(() => refuseSelectingFlags({ ...flags, includeDeps: true })).toThrow("need a selection");
  expect(() => refuseSelectingFlags({ ...flags, actions: ["a", "and"] })).toThrow("stands alone");
});

it("takes neighbours of what has changed since a commit", () => {
  const given = { ...flags, includeDependents: true, changedSince: "main" };
  expect(() => refuseSelectingFlags(given)).not.toThrow();
});
