import type { Session } from "../../database/database.ts";
import { qualifiedName } from "../../names/identifiers.ts";
import type { BuildTask } from "../../plan/publish-task.ts";
import { type PlainFacts, readPlainFacts } from "../../relation/plain-facts.ts";
import type { Target } from "../../target.ts";
import type { MadeStage } from "../stage/stage.ts";

// Above, to sort both takes longer than what it saves.
const mostBytes = 4 * 1024 ** 2;

/**
 * What is known of a table whose new rows are compared with all that are there before anything else is asked: when they
 * are the same, nothing is to be done. Undefined for one with a key that its query gives, one that may not be written to,
 * or one that is to be made anew in any case.
 */
export async function readCompared(
  session: Session,
  target: Target,
  { partitioning, replace, uniqueKey, statement }: BuildTask,
): Promise<PlainFacts | undefined> {
  if (partitioning || uniqueKey.length > 0 || replace === "swap") return undefined;
  const facts = await readPlainFacts(session, target, statement);
  const isCompared = facts && !facts.isPartitioned && !facts.isGuarded && facts.bytes <= mostBytes;
  return isCompared ? facts : undefined;
}

/**
 * Whether a table and a stage, which may have been asked for just now, have the same columns and the same rows, bit by bit,
 * in any order. Locks the table against other writers first, as one that writes would.
 */
export async function hasSameRows(
  session: Session,
  target: Target,
  { name, made }: { name: string; made: Promise<MadeStage> },
): Promise<boolean> {
  const table = qualifiedName(target);
  session.later(`lock table ${table} in share row exclusive mode`);
  const { rows } = await session.catalogue(sameColumns, [table, name]);
  const [columns] = rows[0] ?? [];
  if (!columns) return false;
  const { rowCount } = await made;
  const numbered = (relation: string) => `
    select r, row_number() over (order by r using operator(pg_catalog.*<)) as n
    from (select row(${columns}) as r from ${relation}) as rows`;
  // Counted: for `not exists` PostgreSQL hopes to find a first difference soon, and compares each row with each.
  const compared = await session.query(`
    select (select count(*) from only ${table}) = ${rowCount} and (
      select count(*) = 0
      from (${numbered(`only ${table}`)}) as t join (${numbered(name)}) as s using (n)
      where pg_catalog.record_image_ne(t.r, s.r))`);
  return compared.rows[0]?.[0] === "t";
}

// The columns of the table when the stage has the same, none of which fills itself.
const sameColumns = `
  with found as (
    select attrelid, row_number() over (partition by attrelid order by attnum) as place,
      attname, atttypid, atttypmod, attcollation, attgenerated, attidentity, atthasdef
    from pg_attribute
    where attrelid in (to_regclass($1), to_regclass($2)) and attnum > 0 and not attisdropped
  )
  select string_agg(quote_ident(t.attname), ', ' order by t.place)
  from (select * from found where attrelid = to_regclass($1)) as t
  full join (select * from found where attrelid = to_regclass($2)) as s
    on (s.place, s.attname, s.atttypid, s.atttypmod, s.attcollation)
      = (t.place, t.attname, t.atttypid, t.atttypmod, t.attcollation)
  having bool_and(t.place is not null and s.place is not null
    and t.attgenerated = '' and t.attidentity = '' and not t.atthasdef)`;
