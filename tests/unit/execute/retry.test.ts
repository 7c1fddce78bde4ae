import { describe, expect, it } from "vitest";
import { isTransient } from "../../../runner/database/failures/transient.ts";
import type { SqlError } from "../../../runner/errors.ts";
import { explainTimeout } from "../../../runner/execute/statement-timeout.ts";

describe("an error that may pass", () => {
  it.each<[string, SqlError]>([
    ["a deadlock", { message: "", sqlstate: "40P01", statement: "update t" }],
    ["a serialization failure", { message: "", sqlstate: "40001", statement: "update t" }],
    ["one that comes with the commit", { message: "", sqlstate: "40001", statement: "commit" }],
    ["a lock timeout", { message: "", sqlstate: "55P03", statement: "alter table t" }],
    [
      "a connection lost in a statement",
      { message: "", connectionLost: true, statement: "select" },
    ],
    ["a server that stops", { message: "", sqlstate: "57P01", statement: "select" }],
    [
      "a connection lost in a commit that was rolled back",
      { message: "", connectionLost: true, statement: "commit", outcome: "rolledBack" },
    ],
    ["two who change one object", { message: "tuple concurrently updated", sqlstate: "XX000" }],
    [
      "a catalogue that names what another one has just dropped",
      { message: "could not open relation with OID 31787", sqlstate: "XX000" },
    ],
    [
      "two who make the same schema",
      {
        ...{ message: "", sqlstate: "23505" },
        constraint: "pg_namespace_nspname_index on pg_catalog.pg_namespace",
      },
    ],
  ])("is %s", (_, error) => {
    expect(isTransient(error)).toBe(true);
  });

  it.each<[string, SqlError]>([
    [
      "a connection lost in the commit, which may have happened",
      { message: "", connectionLost: true, statement: "commit" },
    ],
    [
      "a server that stops during the commit",
      { message: "", sqlstate: "57P01", statement: "commit" },
    ],
    [
      "a connection lost in a commit that was done, or of which nobody knows",
      { message: "", connectionLost: true, statement: "commit", outcome: "unknown" },
    ],
    [
      "a deadlock after an operation's own commit",
      { message: "", sqlstate: "40P01", statement: "update t", outcome: "committed" },
    ],
    [
      "a unique violation",
      { message: "", sqlstate: "23505", constraint: "orders_pkey on sales.orders" },
    ],
    ["a defect of the server", { message: "cache lookup failed", sqlstate: "XX000" }],
    ["a statement that took too long", { message: "", sqlstate: "57014", statement: "select" }],
    ["an error of our own", { message: "the new rows hold a key twice" }],
  ])("is not %s", (_, error) => {
    expect(isTransient(error)).toBe(false);
  });
});

describe("a statement that was ended", () => {
  const ended = {
    message: "storniere Anfrage wegen Zeitüberschreitung der Anfrage",
    sqlstate: "57014",
    elapsedMillis: 1501,
  };

  it("names the flag when there is a limit, and its seconds", () => {
    expect(explainTimeout(ended, 1500).message).toContain("--statement-timeout (1.5 s)");
    expect(explainTimeout(ended, undefined)).toBe(ended);
    const byHand = { ...ended, elapsedMillis: 20 };
    expect(explainTimeout(byHand, 1500)).toBe(byHand);
  });
});
