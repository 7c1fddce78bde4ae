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
  const first = await firstNumber(session, numbered.sequence);
  if (first === undefined) return make(statement);
  const [before, after] = numbered.around;
  const rowCount = await make(`${before}${first} - 1 + pg_catalog.row_number() over ()${after}`);
  if (await areTaken(session, numbered.sequence, first, rowCount)) return rowCount;
  await session.query(`drop table ${qualifiedName(made)}`);
  return make(statement);
}

/** Takes one number; gives none, and takes none, when the next one would not be larger by one. */
async function firstNumber(session: Session, sequence: string): Promise<bigint | undefined> {
  const { rows } = await session.authored(`
    select case when seqincrement = 1 then pg_catalog.nextval(seqrelid::pg_catalog.regclass) end
    from pg_catalog.pg_sequence where seqrelid = pg_catalog.to_regclass(${sequence})`);
  const number = rows[0]?.[0];
  return number == null ? undefined : BigInt(number);
}

/** Takes the numbers of all rows but the first; returns whether they are those behind it. */
async function areTaken(
  session: Session,
  sequence: string,
  first: bigint,
  rowCount: number,
): Promise<boolean> {
  if (rowCount < 2) return true;
  const { rows } = await session.authored(`
    select pg_catalog.min(number) = ${first + 1n}, pg_catalog.max(number) = ${first + BigInt(rowCount - 1)}
    from (
      select pg_catalog.nextval(${sequence}) as number from pg_catalog.generate_series(2, ${rowCount})
    ) as taken`);
  return rows[0]?.every((isSame) => isSame === "t") === true;
}
