import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { readRoles } from "../../../runner/backup/write-dump.ts";
import type { Database } from "../../../runner/database/database.ts";
import { catalogueFingerprint } from "../../support/catalogue-fingerprint.ts";
import { openTestDatabase } from "../../support/opened-database.ts";
import { expectRestored, madeDatabase, restoredFrom } from "../../support/restored-database.ts";
import { databasesAreGone, serversByVersion } from "../../support/test-database.ts";
import { textOfDump } from "../../support/text-of-dump.ts";
import { whenTestEnds } from "../../support/when-test-ends.ts";

// The catalogue that a dump reads is another one in each version.
describe.each(serversByVersion())("rights and settings in a dump of $name", (server) => {
  /** Roles belong to the server: they go after the databases in which they have rights. */
  function dropInTheEnd(database: Database, statement: string) {
    whenTestEnds(async () => {
      await databasesAreGone(server);
      await database.query(statement);
    });
  }

  it("makes an extension after those that it needs, and leaves its schema to it", async () => {
    const { dump } = await expectRestored(
      server,
      `
      create extension cube; create extension earthdistance;
      update pg_extension set extversion = extversion where extname = 'cube';
      create schema of_cube; alter extension cube add schema of_cube`,
    );
    expect(dump).not.toContain("of_cube");
  });

  it("keeps the settings of the database, which has another name where it is restored", async () => {
    const role = `reader_${randomUUID().replaceAll("-", "")}`;
    const { database: admin } = await openTestDatabase(server);
    await admin.query(`create role ${role}`);
    dropInTheEnd(admin, `drop role ${role}`);
    const set = (what: string) =>
      `execute format($f$alter ${what}$f$, current_database());`.replace("DATABASE", "database %I");
    const { ask } = await expectRestored(
      server,
      `do $do$ begin
      ${set("DATABASE set timezone = 'Asia/Tokyo'")}
      ${set("DATABASE set search_path = '$user', shop, 'odd \"one\", two'")}
      ${set("DATABASE set shop.rate = '10%% of ''it''\\n'")}
      ${set(`role ${role} in DATABASE set search_path = ''`)}
    end $do$`,
    );
    const settings = await ask(`
      select unnest(setconfig) from pg_db_role_setting
      where setdatabase = (select oid from pg_database where datname = current_database()) order by 1`);
    expect(settings.flat().sort()).toEqual(
      [
        'search_path=""',
        'search_path="$user", shop, "odd ""one"", two"',
        "shop.rate=10% of 'it'\\n",
        "TimeZone=Asia/Tokyo",
      ].sort(),
    );
  });

  it("keeps the rows of a user in the tables of an extension", async () => {
    const { database } = await madeDatabase(
      server,
      `
      create table shop.zones (id int); insert into shop.zones values (1), (1000);
      create table shop.own (id int); insert into shop.own values (1);
      create table shop.known (id int); insert into shop.known values (1);
      alter extension plpgsql add table shop.zones;
      alter extension plpgsql add table shop.own;
      alter extension plpgsql add table shop.known;
      update pg_extension set extcondition = array['', 'where id > 999'],
        extconfig = array['shop.own'::regclass, 'shop.zones'::regclass]::oid[] where extname = 'plpgsql'`,
    );
    const dump = await textOfDump(database);
    expect(dump).toContain(
      "copy shop.own (id) from stdin;\n1\n\\.\ncopy shop.zones (id) from stdin;\n1000\n",
    );
    expect(dump).not.toContain("known");
  });

  it("gives members of roles no more rights than they had", async () => {
    const { database } = await openTestDatabase(server);
    const [group, member, other] = ["group", "member", "other"].map(
      (name) => `${name}_${randomUUID().replaceAll("-", "")}`,
    );
    await database.query(`create role ${group}; create role ${member}; create role ${other}`);
    dropInTheEnd(
      database,
      `drop role ${group}, ${member}, ${other}; alter role all reset shop.${group}`,
    );
    await database.query(`
      alter role ${member} set search_path = ''; alter role all set shop.${group} = 'yes';
      grant ${group} to ${other} with admin option`);
    const limited = database.serverVersion >= 160_000;
    if (limited) {
      await database.query(`
        grant ${group} to ${member} with inherit false, set false;
        grant ${group} to ${member} with inherit true, set false granted by ${other}`);
    }
    const roles = await database.session(({ own }) => readRoles(own));
    const ofGroup = roles.filter((each) => each.includes(`${group}`) && !each.startsWith("create"));
    expect(ofGroup.sort()).toEqual([
      `alter role all set "shop.${group}" = 'yes'`,
      ...(limited ? [`grant ${group} to ${member} with inherit true, set false`] : []),
      `grant ${group} to ${other} with admin option${limited ? ", inherit true, set true" : ""}`,
    ]);
    expect(roles).toContain(`alter role ${member} set search_path = ''`);
  });

  it("keeps who owns objects and the rights to types and the database, for another server", async () => {
    const role = `owner_${randomUUID().replaceAll("-", "")}`;
    const { database } = await openTestDatabase(server);
    await database.query(`create role ${role}`);
    dropInTheEnd(database, `drop owned by ${role} cascade; drop role ${role}`);
    await database.query(`
      grant create on schema public to ${role}; set role ${role};
      create table orders (id serial, line int); grant usage on orders_id_seq to pg_monitor;
      create statistics linked on id, line from orders;
      create type pair as (a int); revoke usage on type pair from public; grant usage on type pair to pg_monitor;
      reset role`);
    const name = (await database.query("select current_database()")).rows[0]?.[0];
    await database.query(`revoke temporary on database ${name} from public`);
    const owners = await textOfDump(database, { withOwners: true });
    expect(owners).toContain(`revoke all on database ${name} from public`);
    expect(owners).toContain(`grant connect on database ${name} to public`);
    const without = await textOfDump(database);
    expect(without).not.toContain("on database");
    const target = await restoredFrom(server, owners);
    expect(await catalogueFingerprint(target)).toEqual(await catalogueFingerprint(database));
    const ofType =
      "select concat(typowner::regrole, ' ', typacl) from pg_type where typname = 'pair'";
    expect((await target.query(ofType)).rows).toEqual([
      [`${role} {${role}=U/${role},pg_monitor=U/${role}}`],
    ]);
  });

  it("keeps names with any other character", async () => {
    const { database: admin } = await openTestDatabase(server);
    const role = `"'$rights$ ${randomUUID()}"`;
    await admin.query(`create role ${role}`);
    dropInTheEnd(admin, `drop role ${role}`);
    const { ask } = await expectRestored(
      server,
      `
      create table shop."a\u2028b" ("c\rd" int); insert into shop."a\u2028b" values (1);
      grant select on shop."a\u2028b" to ${role}`,
    );
    expect(await ask('select * from shop."a\u2028b"')).toEqual([["1"]]);
  });
});
