import { tables } from "./0001-tables.ts";
import { views } from "./0002-views.ts";
import { notifications } from "./0003-notifications.ts";
import { checkedRows } from "./0004-checked-rows.ts";
import { noWal } from "./0005-no-wal.ts";
import { behind } from "./0006-behind.ts";
import { standby } from "./0007-standby.ts";

/**
 * The migrations of the history's schema, in order: the first one is number 1. A published migration is
 * never changed; new ones are added at the end.
 */
export const migrations: readonly string[] = [
  tables,
  views,
  notifications,
  checkedRows,
  noWal,
  behind,
  standby,
];
