import { expect, it } from "vitest";
import { openTestDatabase } from "../../support/opened-database.ts";
import { runProject } from "../../support/run-project.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { anyServer } from "../../support/test-database.ts";

const table = (query: string) => `config { type: "table" }\nselect * from (${query}) as rows`;

/** What a table holds, what its next query gives, and whether both are the same. */
const cases: Record<string, [string, string, boolean]> = {
  same_in_another_order: ["values (1, 'a'), (2, null)", "values (2, null), (1, 'a')", true],
  twice_the_same_row: ["values (1), (1), (2)", "values (1), (2), (1)", true],
  another_row_twice: ["values (1), (1), (2)", "values (1), (2), (2)", false],
  equal_and_not_the_same: ["values (1.0)", "values (1.00)", false],
  null_and_not: ["values (1, null)", "values (1, '')", false],
  without_equality: [`values ('{"a":1}'::json)`, `values ('{"a":1}'::json)`, true],
  another_json: [`values ('{"a":1}'::json)`, `values ('{"a": 1}'::json)`, false],
  empty: ["select 1 as a where false", "select 1 as a where false", true],
  emptied: ["values (1)", "select 1 as column1 where false", false],
  one_more: ["values (1)", "values (1), (2)", false],
  long: ["select repeat('x', 100000) as a", "select repeat('x', 100000) as a", true],
  other_type: ["values (1)", "values (1::bigint)", false],
  other_name: ["select 1 as a", "select 1 as b", false],
  other_order: ["select 1 as a, 2 as b", "select 2 as b, 1 as a", false],
  other_length: ["select 'a'::varchar(5) as a", "select 'a'::varchar(6) as a", false],
  other_precision: ["select 1::numeric(4, 1) as a", "select 1::numeric(5, 1) as a", false],
  other_type_empty: ["select 1 as a where false", "select 1::bigint as a where false", false],
  domain_empty: ["select 1 as a where false", "select 1::public.whole as a where false", false],
  other_collation: ["select 'a' as a", `select 'a' collate "C" as a`, false],
  same_collation: [`select 'a' collate "C" as a`, `select 'a' collate "C" as a`, true],
  other_zero: ["select 0::float8 as a", "select '-0'::float8 as a", false],
  no_number: ["select 'NaN'::float8 as a", "select 'NaN'::float8 as a", true],
  one_column_more: ["select 1 as a", "select 1 as a, 1 as b", false],
  odd_name: [`select 1 as "a b"`, `select 1 as "a b"`, true],
};

it.each(anyServer())(
  "a table is written only when its query gives other rows than it has, on $name",
  async (server) => {
    const { database } = await openTestDatabase(server);
    await database.query("create domain public.whole as int; create sequence public.numbers");
    const others = {
      // each run takes one number, although it finds other rows
      "numbered.sqlx": table("select nextval('public.numbers') as a"),
      // a column of others has a value of its own after each write
      "own_column.sqlx": table("values (1)"),
      "swapped.sqlx": 'config { type: "table", postgres: { replace: "swap" } }\nselect 1 as id',
    };
    const { folder: projectDir, write } = temporaryProject(others);
    const runWith = async (which: 0 | 1) => {
      for (const [name, queries] of Object.entries(cases)) {
        write(`${name}.sqlx`, table(queries[which]));
      }
      const { actions, status } = await runProject({ projectDir, database });
      expect(status).toBe("successful");
      const unchanged = actions.filter(({ tasks }) => tasks.some((task) => task.isUnchanged));
      return unchanged.map(({ target }) => target.name).sort();
    };
    /** The transactions that have written the rows of a table. */
    const writersOf = async (name: string) => {
      const { rows } = await database.query(
        `select string_agg(distinct xmin::text, ',') from shop.${name}`,
      );
      return rows[0]?.[0];
    };
    expect(await runWith(0)).toEqual([]);
    await database.query("alter table shop.own_column add column added int default 1");
    const same = Object.keys(cases)
      .filter((name) => cases[name]?.[2])
      .sort();
    const before = await Promise.all(same.map(writersOf));
    expect(await runWith(1)).toEqual(same);
    expect(await Promise.all(same.map(writersOf))).toEqual(before);
    const numbers = await database.query("select last_value from public.numbers");
    expect(numbers.rows).toEqual([["2"]]);
    for (const [name, [, after]] of Object.entries(cases)) {
      const text = async (query: string) =>
        (await database.query(`select r::text from (${query}) as r order by 1`)).rows;
      expect([name, await text(`select * from shop.${name}`)]).toEqual([name, await text(after)]);
    }
  },
);
