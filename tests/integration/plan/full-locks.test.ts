import { setTimeout as delay } from "node:timers/promises";
import { expect, it } from "vitest";
import { createOverlay } from "../../../runner/validate/overlay.ts";
import { beginPart, createParts } from "../../../runner/validate/parts.ts";
import { openUrl } from "../../support/opened-database.ts";
import { startOwnServer } from "../../support/own-server.ts";
import { validateProject } from "../../support/run-project.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { whenTestEnds } from "../../support/when-test-ends.ts";

const count = 150;

it("a plan that needs more locks than the server has checks everything in parts, but for what one part cannot hold", async () => {
  // Autovacuum would take some of the few locks.
  const server = await startOwnServer({
    settings: "max_locks_per_transaction = 10\nautovacuum = off\n",
  });
  whenTestEnds(server.remove);
  const database = await openUrl(`postgres://postgres@/dataform?host=${server.socketFolder}`);
  const files = Array.from({ length: count }, (_, index): [string, string] => [
    `table_${index}.sqlx`,
    'config { type: "table" } select 1::bigint as id',
  ]);
  const wide = files.map((_, index) => `select id from \${ref("table_${index}")}`);
  const text = `config { type: "view" } ${wide.join(" union all ")}`;
  const { folder: projectDir } = temporaryProject(
    Object.fromEntries([...files, ["wide.sqlx", text]]),
  );
  const plan = () => validateProject({ projectDir, database });
  const statuses = async () => {
    const { actions } = (await plan()).findings;
    const unchecked = actions.filter(({ status }) => status !== "checked");
    return {
      checked: actions.length - unchecked.length,
      unchecked: unchecked.map(({ target, reason }) => [target.name, reason]),
    };
  };
  expect(await statuses()).toEqual({ checked: count + 1, unchecked: [] });
  await database.session(async (session) => {
    // The tables need one each, and what is asked about them some.
    await session.query(takeAllBut(150));
    expect(await statuses()).toEqual({
      checked: count,
      unchecked: [["wide", expect.stringContaining("max_locks_per_transaction")]],
    });
    // Others may take the last locks for a moment, too, as a session does that begins.
    await database.session(async ({ own }) => {
      await own.query(beginPart);
      const parts = await createParts(own, await createOverlay(own));
      await parts.makeRoom();
      await session.query(takeAllBut(0));
      const given = delay(500).then(() => session.query("select pg_advisory_unlock_all()"));
      await expect(parts.makeRoom()).resolves.toBeUndefined();
      await given;
      await own.query("rollback");
    });
  });
});

function takeAllBut(left: number): string {
  return `
    do $$
    declare taken integer := 0;
    begin
      loop
        begin
          perform pg_advisory_lock(${left}, taken);
        exception when out_of_memory then
          exit;
        end;
        taken := taken + 1;
      end loop;
      for i in 1..${left} loop perform pg_advisory_unlock(${left}, taken - i); end loop;
    end $$`;
}
