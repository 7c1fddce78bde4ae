import { describe, expect, it } from "vitest";
import { fittingName } from "../../../runner/names/fitting-name.js";
import { nameBeside } from "../../../runner/names/names-beside.ts";
import { hashOfOurs, markerOf, ownName } from "../../../runner/names/our-marks.ts";

const long = "t".repeat(63);
const hash = "0123456789ab";

describe("a name that PostgreSQL would cut", () => {
  it("stays as it is when it fits, with its label", () => {
    expect(fittingName(long)).toBe(long);
    expect(nameBeside({ schema: "s", name: "events" }, "p2024_01")).toEqual({
      ...{ schema: "s", name: "events_p2024_01" },
    });
  });

  it("is shortened to 63 bytes that are unique to it, and keeps the begin of its label", () => {
    const names = ["p2024_01_05", "p2024_01_06", "default"].map((label) =>
      fittingName(long, label),
    );
    for (const name of names) expect(Buffer.byteLength(name)).toBe(63);
    expect(new Set(names).size).toBe(3);
    expect(names[0]).toMatch(/^t+_p2024_01_[0-9a-f]{8}$/);
    expect(Buffer.byteLength(fittingName("é".repeat(40), "größe"))).toBeLessThanOrEqual(63);
  });
});

describe("an index or constraint of ours", () => {
  it("is known by its name, or by the comment on a name of the user's choice", () => {
    expect(hashOfOurs({ name: ownName(hash, "orders_id"), comment: null })).toBe(hash);
    const comment = `${markerOf({ hash })} not null: ["id"]`;
    expect(hashOfOurs({ name: "orders_id", comment })).toBe(hash);
    expect(hashOfOurs({ name: "dfpg_orders", comment: "of dataform-postgres" })).toBeUndefined();
  });
});
