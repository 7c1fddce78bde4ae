import type { Session } from "../../database/database.ts";
import { qualifiedName, quoteLiteral } from "../../names/identifiers.ts";
import { ownSchema } from "../../names/our-marks.ts";
import { type Target, targetKey } from "../../target.ts";
import { makeOwnTable } from "../own-table.ts";
import type { Environment } from "./environment.ts";
import { definitionMark, rowsMark, targetMark } from "./relation-marks.ts";
import type { ReadRelation } from "./what-it-reads.ts";

/** The table with what the last success of each action was made of (`run --changed`). */
export const proofTable = "proofs";
const table = `${ownSchema}.${proofTable}`;

/** What the last success of an action was made of. */
export interface Proof {
  /** Of the compiled action and its SQL. */
  fingerprint: string;
  environment: Environment;
  /** Whether the rows of what it reads count, and not only the definitions. */
  countsRows: boolean;
  reads: readonly ReadRelation[];
}

/** Makes the table when it does not exist. */
export function makeProofTable(session: Session): Promise<void> {
  return makeOwnTable(session, {
    name: proofTable,
    columns: `
      schema_name text not null,
      relation_name text not null,
      fingerprint text not null,
      environment jsonb not null,
      counts_rows boolean not null,
      reads jsonb not null,
      target text not null,
      never text,
      is_finished boolean not null,
      proved_at timestamptz not null default clock_timestamp(),
      primary key (schema_name, relation_name)`,
    comment: "what the last success of each action was made of (dataform run --changed)",
  });
}

/** Whether this role may keep proofs in the table that is there. */
export async function mayWriteProofs(session: Session): Promise<boolean> {
  const { rows } = await session.query(`
    select bool_and(has_table_privilege(to_regclass('${table}'), privilege))
    from unnest(array['select', 'insert', 'update', 'delete']) as privilege`);
  return rows[0]?.[0] === "t";
}

/**
 * Stores a proof in the transaction that publishes its relation, or why there is none, or why it does not hold yet.
 * `isFinished`: nothing is left to do for the action after the commit.
 */
export async function writeProof(
  session: Session,
  target: Target,
  proof: Proof | { never: string },
  { path, isFinished }: { path: string; isFinished: boolean },
): Promise<void> {
  const noProof = { fingerprint: "", environment: {}, countsRows: true, reads: [], never: "" };
  const { fingerprint, environment, countsRows, reads, never } = { ...noProof, ...proof };
  await session.catalogue(writeQuery(path), [
    ...[target.schema, target.name, qualifiedName(target), never, fingerprint],
    ...[JSON.stringify(environment), String(countsRows), JSON.stringify(reads)],
    String(isFinished),
  ]);
}

// Kept prepared: it is planned once for all proofs of a connection.
const writeQuery = (path: string) => `
  insert into ${table} as p (schema_name, relation_name, target, never, fingerprint, environment, counts_rows, reads, is_finished)
  select $1, $2,
    case when $4 = '' then coalesce((select ${targetMark(path, { isPending: true })} from pg_class as c where c.oid = to_regclass($3)), '') else '' end,
    nullif($4, ''), $5, $6::jsonb, $7::boolean, $8::jsonb, $9::boolean
  on conflict (schema_name, relation_name) do update set
    target = excluded.target, never = excluded.never, fingerprint = excluded.fingerprint,
    environment = excluded.environment, counts_rows = excluded.counts_rows, reads = excluded.reads,
    is_finished = excluded.is_finished, proved_at = clock_timestamp()`;

/** Removes the proof of an action. */
export async function dropProof(session: Session, target: Target): Promise<void> {
  await session.query(`delete from ${table} where ${isOf(target)}`);
}

/** Whether this proof is already kept, be it one that does not hold yet. */
export async function isKept(
  session: Session,
  target: Target,
  { fingerprint, environment, reads }: Proof,
): Promise<boolean> {
  const { rows } = await session.query(
    `select exists (select from ${table} where ${isOf(target)}
      and fingerprint = $1 and environment = $2::jsonb and reads = $3::jsonb)`,
    [fingerprint, JSON.stringify(environment), JSON.stringify(reads)],
  );
  return rows[0]?.[0] === "t";
}

/** Marks the proof of an action as finished. */
export async function finishProof(session: Pick<Session, "query">, target: Target): Promise<void> {
  await session.query(`update ${table} set is_finished = true where ${isOf(target)}`);
}

/** A proof beside the database as it is now. */
export interface CheckedProof {
  fingerprint: string;
  environment: Environment;
  countsRows: boolean;
  never: string | undefined;
  isFinished: boolean;
  /** When the action succeeded, in ISO 8601. */
  since: string;
  isTargetSame: boolean;
  /** In words, the first relation that it reads and that is otherwise now. */
  changed: string | undefined;
}

/** Reads the proofs of some targets and compares them with the catalogue, all in one statement; by `targetKey`. */
export async function checkProofs(
  session: Session,
  targets: readonly Target[],
  path: string,
): Promise<ReadonlyMap<string, CheckedProof>> {
  const names = targets.map(({ schema, name }) => [schema, name]);
  const { rows } = await session.query(checkQuery(path), [JSON.stringify(names)]);
  const keyOf = (row: (string | null)[]) => targetKey({ schema: row[0] ?? "", name: row[1] ?? "" });
  const [proofs, changes] = [rows.filter((row) => !row[2]), rows.filter((row) => row[2])];
  const changed = new Map(changes.map((row) => [keyOf(row), row[2] ?? undefined]));
  return new Map(
    proofs.map((row) => {
      const [, , , fingerprint, environment, countsRows, never, isFinished, since, isSame] = row;
      const proof = {
        ...{ fingerprint: fingerprint ?? "", environment: JSON.parse(environment ?? "{}") },
        ...{ countsRows: countsRows === "t", never: never ?? undefined },
        ...{ isFinished: isFinished === "t", since: since ?? "" },
        ...{ isTargetSame: isSame === "t", changed: changed.get(keyOf(row)) },
      };
      return [keyOf(row), proof];
    }),
  );
}

// Each relation is looked at once, however many actions read it. What has changed comes in rows of its own, with words in
// the third column: PostgreSQL cannot know how many actions are asked about, and would compare each with each to join them.
function checkQuery(path: string): string {
  return `
    with
    asked as materialized (
      select p.*
      from ${table} as p
      join jsonb_array_elements($1::jsonb) as wanted
        on p.schema_name = wanted ->> 0 and p.relation_name = wanted ->> 1
    ),
    reads as materialized (
      select a.schema_name, a.relation_name, a.counts_rows, r.*
      from asked as a, jsonb_to_recordset(a.reads) as r (oid oid, name text, definition text, rows text)
    ),
    present as materialized (
      select c.oid, ${definitionMark(path)} as definition, ${rowsMark} as rows
      from pg_class as c
      where c.oid in (select oid from reads)
    ),
    changed as (
      select r.schema_name, r.relation_name, min(r.name || case
        when p.oid is null then ' is gone'
        when p.definition is distinct from r.definition then ' is defined otherwise'
        else ' has other rows' end) as what
      from reads as r
      left join present as p on p.oid = r.oid
      where p.definition is distinct from r.definition
        or (r.counts_rows and p.rows is distinct from r.rows)
      group by r.schema_name, r.relation_name
    )
    select a.schema_name, a.relation_name, null, a.fingerprint, a.environment, a.counts_rows, a.never,
      a.is_finished, to_char(a.proved_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
      coalesce(t.mark = a.target, false)
    from asked as a
    left join lateral (
      select ${targetMark(path, { isPending: false })} as mark
      from pg_namespace as n
      join pg_class as c on c.relnamespace = n.oid
      where n.nspname = a.schema_name and c.relname = a.relation_name
    ) as t on true
    union all
    select schema_name, relation_name, what, null, null, null, null, null, null, null
    from changed`;
}

function namesOf({ schema, name }: Target): string[] {
  return [quoteLiteral(schema), quoteLiteral(name)];
}

function isOf(target: Target): string {
  const [schema, name] = namesOf(target);
  return `schema_name = ${schema} and relation_name = ${name}`;
}
