/** How many rows an assertion has looked at: what is usual is told from it. */
export const checkedRows = `
  alter table run_history.assertions add column checked_rows bigint;
  comment on column run_history.assertions.checked_rows is
    'Rows of the checked relation, where a rule needs their number; else NULL'`;
