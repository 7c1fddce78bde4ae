/**
 * The problems that were reported and are not over, so that a run on another machine does not report
 * them again.
 */
export const notifications = `
  create table run_history.notifications (
    project text primary key,
    problems jsonb not null,
    written_at timestamptz not null
  );
  comment on table run_history.notifications is 'What was told to people and is not over (docs/notifications.md).';
  comment on column run_history.notifications.project is 'Name of the project''s folder';
  comment on column run_history.notifications.problems is 'By the key of each problem: kind, title, since when, and when it was last told';
  comment on column run_history.notifications.written_at is 'When a run last wrote it'`;
