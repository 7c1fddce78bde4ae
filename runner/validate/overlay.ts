import type { Session } from "../database/database.ts";
import type { Citus } from "../database/warehouse/citus.ts";
import { quoteIdentifier } from "../names/identifiers.ts";
import { type MovedSql, moveNames } from "../sql/move-names.ts";
import type { ParsedStatement } from "../sql/parse-sql.ts";
import { type Target, targetKey } from "../target.ts";
import { type EarlierParts, earlierParts } from "./earlier-parts.ts";

/**
 * Where a plan makes relations: for each schema a temporary counterpart that nobody else sees and
 * that is removed with the transaction. It holds relations that are made or changed; others are
 * read in their real schema.
 */
export interface Overlay {
  /** Where a relation of the given name is made; from now on the name means that one. */
  take(target: Target): Promise<Target>;
  /** The same for a function. */
  takeRoutine(target: Target): Promise<Target>;
  has(target: Target): boolean;
  hasRoutine(target: Target): boolean;
  /** Remembers that a statement has dropped an index. */
  dropIndex(index: Target): void;
  hasDroppedIndex(index: Target): boolean;
  /** The overlay's own schema for `public`, which stands first in the search path. */
  home: string;
  /** The tables that Citus spreads, by `targetKey`, when there are any or will be. */
  spreadTables?: Citus["tables"];
  /** The overlay's schema for a schema, made when it is not there yet. */
  schemaFor(schema: string): Promise<string>;
  /** The schemas that were made so far, by the schema that they stand for. */
  schemas(): ReadonlyMap<string, string>;
  /** The statement with the names that mean something in the overlay. */
  move(statement: ParsedStatement): MovedSql;
  /** A message of PostgreSQL with the names that the author knows. */
  original(text: string): string;
  /** What earlier transactions of the plan made in it. */
  earlier: EarlierParts;
  /** Makes its schemas again, in a new transaction. */
  reopen(): Promise<void>;
  /** Remembers everything; the function that is returned goes back to it. */
  mark(): () => void;
}

/** Opens an overlay in the session's transaction. Throws SqlFailure when a schema cannot be made. */
export async function createOverlay(
  session: Session,
  spreadTables?: Overlay["spreadTables"],
): Promise<Overlay> {
  const schemas = new Map<string, string>();
  const [relations, routines, droppedIndexes] = [
    new Set<string>(),
    new Set<string>(),
    new Set<string>(),
  ];
  /** How to forget each thing, in the order in which they came; a copy for each mark would be dear. */
  const forget: (() => void)[] = [];
  const prefix = `dataform_plan_${session.processId}_`;

  const createSchemas = (names: string[]) =>
    session.query(names.map((name) => `create schema ${quoteIdentifier(name)}`).join("; "));

  async function schemaFor(schema: string): Promise<string> {
    const known = schemas.get(schema);
    if (known !== undefined) return known;
    const name = `${prefix}${schemas.size}_`;
    await createSchemas([name]);
    schemas.set(schema, name);
    forget.push(() => schemas.delete(schema));
    return name;
  }
  const addTo = (names: Set<string>, target: Target) => {
    const key = targetKey(target);
    if (names.has(key)) return;
    names.add(key);
    forget.push(() => names.delete(key));
  };
  const takeInto = (names: Set<string>) => async (target: Target) => {
    const schema = await schemaFor(target.schema);
    addTo(names, target);
    return { schema, name: target.name };
  };
  const home = await schemaFor("public");
  const onUndo = (undo: () => void) => forget.push(undo);
  const earlier = earlierParts(session, { prefix, schemas: () => schemas, onUndo });

  return {
    take: takeInto(relations),
    takeRoutine: takeInto(routines),
    has: (target) => relations.has(targetKey(target)),
    hasRoutine: (target) => routines.has(targetKey(target)),
    dropIndex: (index) => addTo(droppedIndexes, index),
    hasDroppedIndex: (index) => droppedIndexes.has(targetKey(index)),
    home,
    ...(spreadTables && { spreadTables }),
    schemaFor,
    schemas: () => schemas,
    move: (statement) =>
      moveNames(statement, (name, use) => {
        const key = targetKey(name);
        const isHere = routines.has(key) || (use === "other" && relations.has(key));
        return isHere ? schemas.get(name.schema) : undefined;
      }),
    original(text) {
      let restored = text;
      for (const [schema, name] of schemas) restored = restored.replaceAll(name, schema);
      return restored;
    },
    earlier,
    async reopen() {
      await createSchemas([...schemas.values()]);
    },
    mark() {
      const known = forget.length;
      return () => {
        for (const undo of forget.splice(known).reverse()) undo();
      };
    },
  };
}
