import type { Session } from "../../database/database.ts";
import { qualifiedName } from "../../names/identifiers.ts";
import type { BuildTask } from "../../plan/publish-task.ts";
import type { Target } from "../../target.ts";

/**
 * Makes a table and returns its number of rows. Where one of its columns takes numbers of a sequence, the rows are counted
 * instead and the numbers are taken afterwards: PostgreSQL runs a query that takes them in one process. When somebody else has
 * taken numbers meanwhile, the table is made again, each row with its own `nextval`.
 */
export async function withNumbers(
  session: Session,
  made: Target,
  { statement, numbered }: Pick<BuildTask, "statement" | "numbered">,
  make: (statement: string) => Promise<number>,
): Promise<number> {
  if (numbered === undefined) return make(statement);
  const first = await nextNumber(session, numbered.sequence);
  if (first === undefined) return make(statement);
  const [before, after] = numbered.around;
  const rowCount = await make(`${before}${first} - 1 + pg_catalog.row_number() over ()${after}`);
  if (await areTaken(session, numbered.sequence, first, rowCount)) return rowCount;
  await session.query(`drop table ${qualifiedName(made)}`);
  return make(statement);
}

/**
 * The next number of a sequence, when each one is larger by one than the one before and the role may read it; takes none.
 */
async function nextNumber(session: Session, sequence: string): Promise<bigint | undefined> {
  const found = await session.authored(`
    select pg_catalog.format('%I.%I', n.nspname, c.relname)
    from pg_catalog.pg_sequence as s
    join pg_catalog.pg_class as c on c.oid = s.seqrelid
    join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
    where s.seqrelid = pg_catalog.to_regclass(${sequence}) and s.seqincrement = 1 and not s.seqcycle
      and pg_catalog.has_sequence_privilege(s.seqrelid, 'select')`);
  const name = found.rows[0]?.[0];
  if (name == null) return undefined;
  const { rows } = await session.query(`select last_value + is_called::int from ${name}`);
  return BigInt(rows[0]?.[0] ?? 1);
}

/** Takes so many numbers of a sequence; returns whether they are those from `first` on. */
async function areTaken(
  session: Session,
  sequence: string,
  first: bigint,
  count: number,
): Promise<boolean> {
  if (count === 0) return true;
  const { rows } = await session.authored(`
    select pg_catalog.min(number) = ${first}, pg_catalog.max(number) = ${first + BigInt(count - 1)}
    from (
      select pg_catalog.nextval(${sequence}) as number from pg_catalog.generate_series(1, ${count})
    ) as taken`);
  return rows[0]?.every((isSame) => isSame === "t") === true;
}
