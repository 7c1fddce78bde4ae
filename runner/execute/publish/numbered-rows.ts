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
  const sequence = numbered && (await findSequence(session, numbered.sequence));
  if (numbered === undefined || sequence === undefined) return make(statement);
  const { first } = sequence;
  const [before, after] = numbered.around;
  const rowCount = await make(`${before}${first} - 1 + pg_catalog.row_number() over ()${after}`);
  if (await areTaken(session, sequence, rowCount)) return rowCount;
  await session.query(`drop table ${qualifiedName(made)}`);
  return make(statement);
}

interface Sequence {
  oid: string;
  /** The number that it gives next. */
  first: bigint;
}

/** A sequence of which each number is larger by one than the one before, and that the role may read; takes no number. */
async function findSequence(session: Session, name: string): Promise<Sequence | undefined> {
  // the author's search path says which one it is
  const named = await session.authored(`select pg_catalog.to_regclass(${name})::pg_catalog.oid`);
  const oid = named.rows[0]?.[0];
  if (oid == null) return undefined;
  const found = await session.query(`
    select format('%I.%I', n.nspname, c.relname)
    from pg_sequence as s
    join pg_class as c on c.oid = s.seqrelid
    join pg_namespace as n on n.oid = c.relnamespace
    where s.seqrelid = ${oid} and s.seqincrement = 1 and not s.seqcycle
      and has_sequence_privilege(s.seqrelid, 'select')`);
  const relation = found.rows[0]?.[0];
  if (relation == null) return undefined;
  const { rows } = await session.query(`select last_value + is_called::int from ${relation}`);
  return { oid, first: BigInt(rows[0]?.[0] ?? 1) };
}

/** Takes so many numbers of a sequence; returns whether they are those from the first one on. */
async function areTaken(
  session: Session,
  { oid, first }: Sequence,
  count: number,
): Promise<boolean> {
  if (count === 0) return true;
  const { rows } = await session.query(`
    select min(number) = ${first} and max(number) = ${first + BigInt(count - 1)}
    from (select nextval(${oid}) as number from generate_series(1, ${count})) as taken`);
  return rows[0]?.[0] === "t";
}
