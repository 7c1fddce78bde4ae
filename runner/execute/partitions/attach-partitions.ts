import type { Session } from "../../database/database.ts";
import { queryEach } from "../../database/in-turn.ts";
import { qualifiedName, quoteIdentifier, quoteLiteral } from "../../names/identifiers.ts";
import { lockBriefly } from "../../relation/brief-lock.ts";
import type { PartitionedTable } from "../../relation/partitioned-table.ts";
import type { Target } from "../../target.ts";
import type { BuiltPartitions } from "./built-partitions.ts";
import { isTaken } from "./partition-routes.ts";

const checkName = quoteIdentifier("dataform_bound");

/**
 * Attaches built partitions and drops the partitions that they replace. Readers wait until the
 * transaction ends, and then see either the old rows or the new ones.
 */
export async function attachPartitions(
  session: Session,
  target: Target,
  table: PartitionedTable,
  { parent: builder, partitions }: BuiltPartitions,
): Promise<void> {
  const parent = qualifiedName(target);
  for (const { built, constraint } of partitions) {
    const name = qualifiedName(built);
    await queryEach(session, [
      `alter table ${qualifiedName(builder)} detach partition ${name}`,
      `alter table ${name} add constraint ${checkName} check (${constraint})`,
      `analyze ${name}`,
    ]);
  }
  await session.query(`drop table ${qualifiedName(builder)}`);
  const fallback = table.partitions.filter(({ isDefault }) => isDefault);
  const replaced = partitions.flatMap(({ replaces }) => replaces ?? []);
  await lockBriefly(session, [parent, ...[...replaced, ...fallback].map(({ name }) => name)]);
  for (const { built, target: place, bound, replaces } of partitions) {
    const name = qualifiedName(place);
    const dropped = [`alter table ${parent} detach partition ${name}`, `drop table ${name}`];
    await queryEach(session, [
      ...(replaces ? dropped : []),
      `alter table ${qualifiedName(built)} rename to ${quoteIdentifier(place.name)}`,
      `alter table ${parent} attach partition ${name} ${bound}`,
      `alter table ${name} drop constraint ${checkName}`,
    ]);
    await nameIndexes(session, place, built.name);
  }
}

/**
 * Gives indexes the names that they would have if the partition had been created under its final name.
 */
async function nameIndexes(session: Session, place: Target, builtName: string): Promise<void> {
  const { rows } = await session.query(
    `select c.relname from pg_index as i join pg_class as c on c.oid = i.indexrelid
    where i.indrelid = ${quoteLiteral(qualifiedName(place))}::regclass`,
  );
  for (const [name] of rows) {
    if (!name?.startsWith(builtName)) continue;
    const wanted = { schema: place.schema, name: `${place.name}${name.slice(builtName.length)}` };
    if (Buffer.byteLength(wanted.name) > 63 || (await isTaken(session, wanted))) continue;
    const index = qualifiedName({ schema: place.schema, name });
    await session.query(`alter index ${index} rename to ${quoteIdentifier(wanted.name)}`);
  }
}
