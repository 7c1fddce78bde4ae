import type { Session } from "../database/database.ts";
import { ActionFailure } from "../errors.ts";
import { type OverlayObject, readOverlay, relationId } from "./overlay-contents.ts";

/**
 * What earlier transactions of a plan made in its overlay. Each thing is made again, without rows, when
 * a statement of a later one names it.
 */
export interface EarlierParts {
  isEmpty(): boolean;
  /** Makes again, for statements that read it, whatever a text may name. */
  bring(text: string): Promise<void>;
  /**
   * Makes again what the statements of an action change. Throws ActionFailure with the SQLSTATE
   * `needsNewPart` when this transaction has some of it only for reading.
   */
  bringToChange(changes: readonly Change[]): Promise<void>;
  /** Whether this transaction has a relation only for reading, as an earlier one left it. */
  isForReading(schema: string, name: string): boolean;
  /** Whether a name means no view, so that a statement that writes rows finds all that it needs in `bring`. */
  hasOnlyTables(name: string): boolean;
  /** What this transaction may have changed of what earlier ones made, by the schemas of the overlay. */
  changed(): { schema: string; name: string }[];
  /** Remembers what the overlay holds, before the transaction ends. */
  keep(): Promise<void>;
  /** Has Citus spread a table again when it is made again. */
  alsoSend(schema: string, name: string, statement: string): void;
}

/** What a statement changes, with what is built on it (`withDependents`) or what it is built on. */
export interface Change {
  names: readonly string[];
  withDependents: boolean;
}

/** The SQLSTATE of our own for an action that a new transaction can check, and this one cannot. */
export const needsNewPart = "new part";

/** The SQLSTATE of our own for what could not be made again. */
export const notMadeAgain = "not again";

/** What is needed of an overlay. */
interface Place {
  /** What all names of its schemas begin with. */
  prefix: string;
  schemas(): ReadonlyMap<string, string>;
  onUndo(undo: () => void): void;
}

export function earlierParts(session: Session, { prefix, schemas, onUndo }: Place): EarlierParts {
  const kept = new Map<string, OverlayObject>();
  const byName = new Map<string, Set<string>>();
  const dependents = new Map<string, Set<string>>();
  const more = new Map<string, string>();
  const present = new Map<string, "toRead" | "toChange">();
  const qualified = new RegExp(`(${prefix}\\d+_)"?\\.("(?:[^"]|"")+"|${word})`, "gu");

  const changedIds = () => [...present.keys()].filter((id) => present.get(id) === "toChange");
  const named = (name: string) => [...(byName.get(name) ?? [])];

  function reached({ names, withDependents }: Change): string[] {
    const ids = new Set(names.flatMap(named));
    // Rows that are written into a view go into the relation that it reads.
    const beside = (id: string) => (withDependents ? dependents.get(id) : kept.get(id)?.needs);
    for (const id of ids) for (const other of beside(id) ?? []) ids.add(other);
    return [...ids];
  }

  /** Adds to `sql` what makes a thing again, after what its own statements name. */
  function add(id: string, toChange: ReadonlySet<string>, sql: string[]): void {
    const thing = kept.get(id);
    if (!thing || present.has(id)) return;
    const how = toChange.has(id) ? "toChange" : "toRead";
    present.set(id, how);
    onUndo(() => present.delete(id));
    const last = thing.isTable ? more.get(id) : undefined;
    for (const statement of [...thing[how], ...(last === undefined ? [] : [last])]) {
      for (const other of namedWithSchema(statement)) add(other, toChange, sql);
      sql.push(statement);
    }
  }

  function namedWithSchema(statement: string): string[] {
    return [...statement.matchAll(qualified)].flatMap(([, schema, name = ""]) =>
      named(unquoted(name)).filter((id) => kept.get(id)?.schema === schema),
    );
  }

  async function make(ids: Iterable<string>, toChange: ReadonlySet<string>): Promise<void> {
    const sql: string[] = [];
    for (const id of ids) add(id, toChange, sql);
    if (sql.length === 0) return;
    try {
      await session.query(sql.join(";\n"));
    } catch (error) {
      if (!(error instanceof ActionFailure) || error.error.connectionLost) throw error;
      const { message, sqlstate = "" } = error.error;
      const told = `what it reads could not be made again: ${message}`;
      throw error.with(
        passing.test(sqlstate) ? error.error : { message: told, sqlstate: notMadeAgain },
      );
    }
  }

  function forget(id: string): void {
    const thing = kept.get(id);
    if (!thing) return;
    for (const need of thing.needs) dependents.get(need)?.delete(id);
    byName.get(thing.name)?.delete(id);
    kept.delete(id);
  }

  function remember(thing: OverlayObject): void {
    kept.set(thing.id, thing);
    addTo(byName, thing.name, thing.id);
    for (const need of thing.needs) addTo(dependents, need, thing.id);
  }

  return {
    isEmpty: () => kept.size === 0,
    async bring(text) {
      if (kept.size > 0) await make([...namesIn(text)].flatMap(named), new Set());
    },
    async bringToChange(changes) {
      const changed = new Set(changes.flatMap(reached));
      for (const id of changed) {
        if (present.get(id) !== "toRead") continue;
        const { toRead, toChange } = kept.get(id) ?? {};
        if (toRead !== toChange) throw new ActionFailure({ message: "", sqlstate: needsNewPart });
        present.set(id, "toChange");
      }
      await make(changed, changed);
    },
    isForReading: (schema, name) => present.get(relationId(schema, name)) === "toRead",
    hasOnlyTables: (name) => named(name).every((id) => kept.get(id)?.isTable),
    changed: () => changedIds().flatMap((id) => kept.get(id) ?? []),
    async keep() {
      const things = await readOverlay(session, [...schemas().values()]);
      changedIds().forEach(forget);
      for (const thing of things) {
        if (present.get(thing.id) === "toRead") continue;
        forget(thing.id);
        remember(thing);
      }
      present.clear();
    },
    alsoSend: (schema, name, statement) => more.set(relationId(schema, name), statement),
  };
}

// out_of_memory, lock_not_available, query_canceled, deadlock_detected: they are told as they are.
const passing = /^(53200|55P03|57014|40P01)$/;

const word = "[\\p{L}_][\\p{L}\\p{N}_$]*";
const words = new RegExp(word, "gu");

/**
 * Every name that may stand in a text, also in its strings and comments. Where a quote begins is not
 * known there, so what stands between any two is taken for a name.
 */
function namesIn(text: string): Set<string> {
  const found = new Set<string>();
  for (const [each] of text.matchAll(words)) found.add(each).add(each.toLowerCase());
  if (text.includes('"')) {
    for (const each of text.split('"')) found.add(each);
    for (const [each] of text.matchAll(/"(?:[^"]|"")+"/g)) found.add(unquoted(each));
  }
  return found;
}

function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase();
}

function addTo(sets: Map<string, Set<string>>, key: string, value: string): void {
  const set = sets.get(key) ?? new Set();
  sets.set(key, set.add(value));
}
