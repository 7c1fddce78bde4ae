/** A type of a table's column, the type that a query gives for it, and values in PostgreSQL's text form. */
export interface ColumnType {
  stored: string;
  given: string;
  /** Values that the column may hold. */
  old: string[];
  /** Values that the query may give; those that the column cannot hold have to be refused. */
  values: string[];
  /** Whether PostgreSQL can tell its values apart by an equality; true unless said otherwise. */
  hasEquality?: boolean;
}

/** What the types below need. */
export const typeSetup = `
  create extension citext;
  create collation ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
  create domain short as varchar(3) check (value <> 'bad');
  create domain shorter as short;
  create type mood as enum ('sad', 'ok', 'happy');
  create type pair as (a varchar(2), b numeric(4,1));
  create type pairs as (p pair, t text)`;

const same = (type: string, values: string[], hasEquality = true): ColumnType => ({
  ...{ stored: type, given: type, old: values, values, hasEquality },
});

const into = (stored: string, given: string, old: string[], values: string[]): ColumnType => ({
  ...{ stored, given, old, values: [...old, ...values] },
});

/** Types whose values are cut, rounded, padded, or equal and not the same. */
export const columnTypes: ColumnType[] = [
  into("varchar(3)", "text", ["", "a", "abc"], ["abc   ", "abcd"]),
  into("varchar(3)", "varchar(5)", ["a", "abc"], ["abcde"]),
  into("char(3)", "text", ["a", "abc"], ["a  ", "abcd", ""]),
  into("char(3)", "char(5)", ["a", "b"], ["abcd"]),
  into("bit(3)", "bit varying", ["101", "000"], ["1010", "1"]),
  into("bit varying(3)", "bit varying", ["101", "1"], ["1010", ""]),
  into("citext", "text", ["A", "b"], ["a", "B"]),
  same("citext", ["A", "a", "b"]),
  same("text collate ci", ["x", "X", "y"]),
  into("varchar(2) collate ci", "text", ["x", "y"], ["X", "xyz"]),
  into("numeric(4,1)", "numeric", ["1.0", "2.5"], ["1.00", "1.05", "99999", "NaN"]),
  same("numeric", ["1.0", "1.00", "NaN", "Infinity", "0"]),
  into("interval(0)", "interval", ["30 days", "1 month"], ["1.6 seconds", "720:00:00"]),
  into("interval day", "interval", ["1 day", "2 days"], ["1 day 05:00"]),
  into("timestamptz(0)", "timestamptz", ["epoch", "infinity"], ["2024-01-01 00:00:00.7+00"]),
  into("time(0)", "time", ["10:00"], ["10:00:00.6", "24:00"]),
  into("date", "timestamp", ["2024-02-29"], ["2024-02-29 23:59"]),
  into("short", "text", ["ok", "abc"], ["bad", "abcd"]),
  into("shorter", "short", ["ok", "abc"], ["x"]),
  same("mood", ["sad", "ok", "happy"]),
  into("mood", "text", ["sad"], ["ok", "angry"]),
  same("int4range", ["[1,5)", "[1,4]", "empty"]),
  same("nummultirange", ["{[1.0,2.0]}", "{[1.00,2.00]}", "{}"]),
  into("integer[]", "numeric[]", ["{1}", "{}"], ["{1.5,NULL}"]),
  into("varchar(2)[]", "text[]", ["{ab}"], ["{abc}", "{a,b}"]),
  same("numeric[]", ["{1.0}", "{1.00}", "{NULL}"]),
  same("json", ['{"a":1}', '{"a": 1}', "1"], false),
  same("json[]", ["{1}", "{2}"], false),
  same("jsonb", ["1.0", "1.00", '{"a": 1}']),
  into("jsonb", "json", ["1.0"], ['{"a":1,"a":2}', "1.00"]),
  same("xml", ["<a/>", "<a></a>"], false),
  same("point", ["(0,0)", "(-0,0)", "(0.0000001,0)"], false),
  same("box", ["(1,1),(0,0)", "(2,0.5),(0,0)"], false),
  same("pair", ["(ab,1.0)", "(a,2.5)", "(,)", "(a,)"]),
  same("pairs", ['("(ab,1.0)",x)', '("(ab,1.0)",y)']),
  same("bytea", ["\\x", "\\x00", "\\x0001"]),
  same("uuid", ["00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"]),
  same("inet", ["10.0.0.1", "10.0.0.1/8", "::1"]),
  into("cidr", "inet", ["10.0.0.0/8"], ["10.0.0.1", "10.0.0.1/8"]),
  same("double precision", ["0", "-0", "NaN", "1", "-Infinity"]),
  into("real", "double precision", ["0.1", "-0"], ["0.10000000001", "1e300"]),
  into("integer", "double precision", ["1", "2"], ["1.5", "2.5", "1e10"]),
  into("integer", "bigint", ["1", "2"], ["9007199254740993"]),
  into("name", "text", ["n"], ["n".repeat(70)]),
  same("tsvector", ["a b", "'a':1"]),
];
