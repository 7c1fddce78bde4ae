import { describe, expect, it } from "vitest";
import { qualifiedName, quoteIdentifier, quoteLiteral } from "../../../runner/names/identifiers.ts";

describe("quoting for SQL", () => {
  it("doubles the quotes of an identifier and changes nothing else", () => {
    expect(quoteIdentifier("a\"b'c\\d.e")).toBe('"a""b\'c\\d.e"');
  });

  it("doubles the quotes and backslashes of a literal, so that every server reads it alike", () => {
    expect(quoteLiteral('it\'s C:\\new "x"')).toBe(" E'it''s C:\\\\new \"x\"'");
  });

  it("writes a target as schema and name, without its database", () => {
    const target = { database: "db", schema: "Gold", name: 'a"b' };
    expect(qualifiedName(target)).toBe('"Gold"."a""b"');
  });

  it("refuses a NUL character", () => {
    expect(() => quoteIdentifier("a\0b")).toThrow("NUL");
    expect(() => quoteLiteral("a\0b")).toThrow("NUL");
  });
});
