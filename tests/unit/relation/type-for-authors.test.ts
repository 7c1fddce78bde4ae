import { expect, it } from "vitest";
import { typeForAuthors } from "../../../runner/relation/relation.ts";

it.each([
  ["text", "pg_catalog.text"],
  ["date", "pg_catalog.date"],
  ["date[]", "pg_catalog.date[]"],
  ['"char"', 'pg_catalog."char"'],
  ["timestamptz_like", "pg_catalog.timestamptz_like"],
  ["integer", "integer"],
  ["numeric(10,3)[]", "numeric(10,3)[]"],
  ["timestamp(0) with time zone", "timestamp(0) with time zone"],
  ["character varying(5)", "character varying(5)"],
  ['public."Mood"', 'public."Mood"'],
])("the type %s is for authors %s", (type, expected) => {
  expect(typeForAuthors(type)).toBe(expected);
});
