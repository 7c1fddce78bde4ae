/**
 * What one action wrote to the write-ahead log is not to be had without a statement more for each action:
 * PostgreSQL counts it by session from version 18 on, and tells it after the transaction has ended.
 */
export const noWal = `
  comment on column run_history.actions.wal_bytes is 'Always NULL; kept for queries that name it';
  comment on column run_history.action_durations.wal_bytes is 'Always NULL; kept for queries that name it'`;
