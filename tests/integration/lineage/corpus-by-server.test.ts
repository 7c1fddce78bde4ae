import { describe, expect, it } from "vitest";
import { readCatalogue } from "../../../runner/lineage/read-catalogue.ts";
import { openTestDatabase } from "../../support/opened-database.ts";
import { serversByVersion } from "../../support/test-database.ts";
import { lineageOfQuery, readCorpus, schemaSql } from "../../unit/lineage/corpus.ts";
import { columnsByLineage, columnsByServer, toldColumns } from "./oracle.ts";

const cases = ["names", "joins", "queries", "functions"].flatMap(readCorpus);

describe.each(serversByVersion())("$name", (server) => {
  it("finds the columns in a query that PostgreSQL finds in it", async () => {
    const { database } = await openTestDatabase(server);
    await database.query(schemaSql);
    const version = Number((await database.query("show server_version_num")).rows[0]?.[0]) / 10_000;
    await database.session(async (session) => {
      const catalogue = await readCatalogue(session.own);
      for (const { title, sql, since, wholeRow } of cases) {
        if (version < since) continue;
        const lineage = await lineageOfQuery(sql, catalogue);
        // A view depends on the relation of a whole row and on the type of a record as such.
        const isCompared = (name: string) => !name.startsWith(`public.${wholeRow}.`);
        const found = columnsByLineage(lineage);
        const byServer = await columnsByServer(session, sql);
        expect
          .soft({ title, columns: found.filter(isCompared) })
          .toEqual({ title, columns: byServer.filter(isCompared) });
        const told = toldColumns(lineage).filter((name) => !name.startsWith("pg_catalog."));
        expect
          .soft({ title, beside: told.filter((name) => !found.includes(name)) })
          .toEqual({ title, beside: [] });
      }
    });
  });
});
