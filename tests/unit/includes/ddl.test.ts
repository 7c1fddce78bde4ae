import { expect, it } from "vitest";
import ddl from "../../../includes/ddl.js";

const table = '"s"."t"';

it("makes each index that the table does not have", () => {
  expect(ddl.indexes(table, { t_a_idx: "(a)", t_b_idx: "(b)" })).toMatchInlineSnapshot(`
    "do $ddl$
    begin
      if not exists (
        select from pg_index inner join pg_class on pg_index.indexrelid = pg_class.oid
        where pg_index.indrelid = '"s"."t"'::regclass and pg_class.relname = 't_a_idx'
      ) then
        create index t_a_idx on "s"."t" (a);
      end if;
      if not exists (
        select from pg_index inner join pg_class on pg_index.indexrelid = pg_class.oid
        where pg_index.indrelid = '"s"."t"'::regclass and pg_class.relname = 't_b_idx'
      ) then
        create index t_b_idx on "s"."t" (b);
      end if;
    end
    $ddl$"
  `);
});

it("makes unique indexes, too", () => {
  expect(ddl.uniqueIndexes(table, { t_b_key: "(lower(b))" })).toContain(
    'create unique index t_b_key on "s"."t" (lower(b));',
  );
});

it("keeps a quote in the name of the table inside the text that names it", () => {
  expect(ddl.indexes(`"o'k"."t"`, { i: "(a)" })).toContain(`'"o''k"."t"'::regclass`);
});
