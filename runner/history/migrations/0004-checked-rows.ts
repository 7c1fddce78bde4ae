/** How many rows an assertion has checked, from which the usual number is computed. */
export const checkedRows = `
  alter table run_history.assertions add column checked_rows bigint;
  comment on column run_history.assertions.checked_rows is
    'Rows of the checked relation, where a rule needs their number; else NULL'`;
