import type { Client } from "pg";

/** Everything in a database that a run may change, as texts that can be compared. */
export interface DatabasePicture {
  /** Relations with their columns, indexes, constraints, grants, comments and dependent objects. */
  structure: Record<string, unknown>;
  /** Rows of every table and materialized view, sorted. */
  rows: Record<string, string[]>;
  functions: string[];
}

/** Takes an open connection and returns the picture of its database, system schemas and the history of runs left out. */
export async function pictureOf(client: Client): Promise<DatabasePicture> {
  const structure = await select(client, structureQuery);
  const functions = await select(client, functionsQuery);
  const named = structure.map(([name, kind, picture]) => ({ name, kind, picture }));
  const rows: Record<string, string[]> = {};
  for (const { name } of named.filter(({ kind }) => "rmp".includes(kind ?? "-"))) {
    const found = await select(client, `select t::text from ${name} as t order by 1`);
    rows[name ?? ""] = found.map(([row]) => row ?? "");
  }
  return {
    structure: Object.fromEntries(
      named.map(({ name, picture }) => [name, JSON.parse(picture ?? "null")]),
    ),
    rows,
    functions: functions.map(([text]) => text ?? ""),
  };
}

async function select(client: Client, text: string): Promise<(string | null)[][]> {
  const { rows } = await client.query({ text, rowMode: "array" });
  return rows as (string | null)[][];
}

// The history of runs has a row for each of them; its own tests look at it.
const ours = "n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'run_history')";
const sorted = (what: string, from: string) =>
  `(select coalesce(json_agg(x order by x), '[]') from (select ${what} as x ${from}) as s)`;

const structureQuery = `
  select c.oid::regclass::text, c.relkind, json_build_object(
    'kind', c.relkind,
    'owner', pg_get_userbyid(c.relowner),
    'persistence', c.relpersistence,
    'options', c.reloptions,
    'rowSecurity', c.relrowsecurity,
    'bound', pg_get_expr(c.relpartbound, c.oid),
    'definition', case when c.relkind in ('v', 'm') then pg_get_viewdef(c.oid) end,
    'grants', ${sorted("unnest(c.relacl)::text", "")},
    'columns', (select json_agg(json_build_array(attname, format_type(atttypid, atttypmod), attnotnull,
        attacl::text, col_description(c.oid, attnum)) order by attnum)
      from pg_attribute where attrelid = c.oid and attnum > 0 and not attisdropped),
    'indexes', ${sorted("pg_get_indexdef(indexrelid) || indisvalid || coalesce(obj_description(indexrelid), '')", "from pg_index where indrelid = c.oid")},
    'constraints', ${sorted("conname || ' ' || pg_get_constraintdef(oid) || coalesce(obj_description(oid), '')", "from pg_constraint where conrelid = c.oid")},
    'triggers', ${sorted("pg_get_triggerdef(oid)", "from pg_trigger where tgrelid = c.oid and not tgisinternal")},
    'policies', ${sorted("polname::text || pg_get_expr(polqual, polrelid)", "from pg_policy where polrelid = c.oid")},
    'comment', obj_description(c.oid, 'pg_class')
  )::text
  from pg_class as c
  join pg_namespace as n on n.oid = c.relnamespace
  where c.relkind in ('r', 'v', 'm', 'p', 'f', 'S') and ${ours}
  order by 1`;

const functionsQuery = `
  select pg_get_functiondef(p.oid) || coalesce(p.proacl::text, '')
  from pg_proc as p
  join pg_namespace as n on n.oid = p.pronamespace
  where p.prokind in ('f', 'p') and ${ours}
  order by 1`;

/** What differs between two pictures, a line each; nothing when they are the same. */
export function differencesOf(found: DatabasePicture, expected: DatabasePicture): string[] {
  const flat = ({ structure, rows, functions }: DatabasePicture): Record<string, unknown> => ({
    ...structure,
    ...Object.fromEntries(Object.entries(rows).map(([name, one]) => [`rows of ${name}`, one])),
    functions,
  });
  const [left, right] = [flat(found), flat(expected)];
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].flatMap((name) => {
    const [is, shouldBe] = [left[name], right[name]].map((one) => JSON.stringify(one));
    return is === shouldBe ? [] : [`${name} is ${is} and should be ${shouldBe}`];
  });
}
