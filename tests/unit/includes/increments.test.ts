import { expect, it } from "vitest";
import increments from "../../../includes/increments.js";

it("asks for the rows of a run by a range, of which PostgreSQL expects few", () => {
  expect(increments.isOfRun("t.decided_no", "last_run")).toBe(
    "t.decided_no between (select last_run.decided_no from last_run)" +
      " and (select last_run.decided_no from last_run)",
  );
});
