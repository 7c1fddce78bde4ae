import { expect, it } from "vitest";
import ddl from "../../../includes/ddl.js";

const table = '"s"."t"';

it("adds each constraint that the table does not have", () => {
  expect(
    ddl.constraints(table, { t_pkey: "primary key (a)", t_b_check: "check (b > 0)" }),
  ).toMatchInlineSnapshot(`
    "do $ddl$
    begin
      if not exists (
        select from pg_constraint
        where conrelid = '"s"."t"'::regclass and conname = 't_pkey'
      ) then
        alter table "s"."t" add constraint t_pkey primary key (a);
      end if;
      if not exists (
        select from pg_constraint
        where conrelid = '"s"."t"'::regclass and conname = 't_b_check'
      ) then
        alter table "s"."t" add constraint t_b_check check (b > 0);
      end if;
    end
    $ddl$"
  `);
});

it("makes each index that the table does not have, unique or not", () => {
  expect(ddl.indexes(table, { t_a_idx: "(a)" })).toContain('create index t_a_idx on "s"."t" (a);');
  expect(ddl.uniqueIndexes(table, { t_b_key: "(lower(b))" })).toContain(
    'create unique index t_b_key on "s"."t" (lower(b));',
  );
});

it("makes a trigger that the table does not have", () => {
  expect(
    ddl.trigger(table, "t_guard", "before delete", "for each statement execute function f()"),
  ).toContain(
    'create trigger t_guard before delete on "s"."t" for each statement execute function f();',
  );
});

it("keeps a quote in the name of the table inside the text that names it", () => {
  expect(ddl.indexes(`"o'k"."t"`, { i: "(a)" })).toContain(`'"o''k"."t"'::regclass`);
});
