/** Which problems the receivers know that did not accept a message: they are told later what they missed. */
export const behind = `
  alter table run_history.notifications add column behind jsonb not null default '{}';
  comment on column run_history.notifications.behind is
    'By a hash of the address of a receiver that did not accept a message: the problems that it was told of, like problems'`;
