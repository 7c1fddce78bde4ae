import { setTimeout as delay } from "node:timers/promises";
import type { Session } from "../database/database.ts";
import { afterSavepoint } from "../database/savepoint.ts";
import { readWarehouseState, type WarehouseState } from "../database/warehouse/warehouse-state.ts";
import { ActionFailure } from "../errors.ts";
import { targetKey } from "../target.ts";
import type { Overlay } from "./overlay.ts";
import { readOverlay } from "./overlay-contents.ts";
import { putOverlayFirst } from "./set-for-action.ts";

/** The transactions of a plan: each is rolled back before it holds too many locks of the server. */
export interface Parts {
  /** To be called before each action: begins a new transaction when the present one holds its share. */
  makeRoom(): Promise<void>;
  /**
   * Begins a new transaction after the present one could not check an action, for the reason of an
   * SQLSTATE. Returns false when it has checked no other action, so that a new one is of no use.
   */
  beginAnew(sqlstate: string): Promise<boolean>;
  /** Returns the relations of all transactions, under the names that they stand for. */
  finish(): Promise<WarehouseState["relations"]>;
}

// A plan does not wait: relations that are locked or slow are reported as not checked.
export const beginPart = `
  begin;
  set local lock_timeout = '1s';
  set local statement_timeout = '15s';
  set local idle_in_transaction_session_timeout = '60s'`;

/** out_of_memory: the server's table of locks is full, for other sessions too. */
export const outOfMemory = "53200";

/**
 * Takes a session with an open transaction and an overlay; `locks` is how many of them one transaction
 * may hold, by default half of what the server has.
 */
export async function createParts(
  session: Session,
  overlay: Overlay,
  locks?: number,
): Promise<Parts> {
  let share = locks ?? (await halfOfLocks(session));
  let [checked, askAt] = [0, 1];
  const planned: WarehouseState["relations"] = new Map();

  async function readPlanned(): Promise<void> {
    const schemas = realSchemas(overlay);
    for (const { schema, name } of overlay.earlier.changed()) {
      planned.delete(targetKey({ schema: schemas.get(schema) ?? schema, name }));
    }
    for (const [key, relation] of await readRelations(session, overlay)) {
      planned.set(key, relation);
    }
  }

  async function next(): Promise<void> {
    await patiently(session, readPlanned);
    await patiently(session, overlay.earlier.keep);
    await session.query("rollback");
    await session.query("deallocate all");
    await session.query(beginPart);
    await overlay.reopen();
    await putOverlayFirst(session, overlay);
    await patiently(session, warmUp);
    [checked, askAt] = [0, 1];
  }

  // What is asked at the end has its locks then, when the relations of the plan have taken all others.
  async function warmUp(): Promise<void> {
    await readRelations(session, overlay);
    await readOverlay(session, [...overlay.schemas().values()]);
  }

  await patiently(session, warmUp);
  return {
    async makeRoom() {
      if (checked >= askAt) {
        const free = share - (await heldLocks(session));
        if (free <= 0) await next();
        else askAt = checked + Math.max(1, Math.floor(free / 20));
      }
      checked += 1;
    },
    async beginAnew(sqlstate) {
      if (checked <= 1) return false;
      if (sqlstate === outOfMemory) share = Math.floor((await heldLocks(session)) / 2);
      await next();
      checked = 1;
      return true;
    },
    async finish() {
      await patiently(session, readPlanned);
      return planned;
    },
  };
}

async function halfOfLocks(session: Session): Promise<number> {
  const { rows } = await session.query(`
    select current_setting('max_locks_per_transaction')::bigint
      * (current_setting('max_connections')::bigint + current_setting('max_prepared_transactions')::bigint) / 2`);
  return Number(rows[0]?.[0]);
}

async function heldLocks(session: Session): Promise<number> {
  const ask = () => session.query("select count(*) from pg_locks where pid = pg_backend_pid()");
  const { rows } = await patiently(session, ask);
  return Number(rows[0]?.[0]);
}

const pauseMillis = 100;
const mostTries = 100;

/**
 * Reads once more when the table of locks was full: others, such as a session that begins, hold locks for a moment. What the
 * transaction has made would be lost otherwise.
 */
async function patiently<Result>(session: Session, read: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries++) {
    try {
      return await afterSavepoint(session, read);
    } catch (error) {
      const isFull = error instanceof ActionFailure && error.error.sqlstate === outOfMemory;
      if (!isFull || tries === mostTries) throw error;
      await delay(pauseMillis);
    }
  }
}

/** The schemas that those of an overlay stand for. */
function realSchemas(overlay: Overlay): Map<string, string> {
  return new Map([...overlay.schemas()].map(([schema, name]) => [name, schema]));
}

/** What the present transaction has made, under the names that it stands for. */
async function readRelations(
  session: Session,
  overlay: Overlay,
): Promise<WarehouseState["relations"]> {
  const schemas = realSchemas(overlay);
  const { relations } = await readWarehouseState(session, [...schemas.keys()]);
  const planned: WarehouseState["relations"] = new Map();
  for (const [key, relation] of relations) {
    const [schema = "", name = ""] = JSON.parse(key) as string[];
    const columns = relation.columns.map((column) => ({
      ...column,
      type: overlay.original(column.type),
    }));
    const target = { schema: schemas.get(schema) ?? schema, name };
    const isNew = overlay.has(target) && !overlay.earlier.isForReading(schema, name);
    if (isNew) planned.set(targetKey(target), { ...relation, columns });
  }
  return planned;
}
