import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { parseConnectionUrl } from "../../../runner/database/settings/connection-url.ts";
import { readCredentialsFile } from "../../../runner/database/settings/credentials-file.ts";
import {
  credentialsText,
  writeCredentialsFile,
} from "../../../runner/database/settings/write-credentials.ts";

const file = ".df-credentials.json";

describe("a credentials file", () => {
  it.each([
    "postgres://me:secret@db.example:6543/shop",
    "postgres://me:secret@db.example/shop?sslmode=require&connect_timeout=10",
    "postgres://me:secret@localhost/shop",
    "postgres://me:secret@/shop?host=/run/postgresql",
    "postgres://me:secret@db.example/shop?sslmode=disable&channel_binding=prefer",
  ])("gives the address that was written: %s", (url) => {
    const folder = mkdtempSync(join(tmpdir(), "dfpg-credentials-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const env = { HOME: folder };
    const address = parseConnectionUrl(url, "DATABASE_URL", env);
    writeCredentialsFile(join(folder, file), credentialsText(address, file));
    expect(readCredentialsFile(join(folder, file), file, env)).toEqual(address);
  });

  it.each([
    ["options=-c%20search_path%3Dapp", {}, "options"],
    ["", { PGTZ: "Europe/Berlin" }, "options"],
    ["sslmode=require&channel_binding=require", {}, "channel_binding"],
    ["sslmode=require&sslnegotiation=direct", {}, "sslnegotiation"],
    ["hostaddr=10.0.0.7", {}, "hostaddr beside host"],
    ["connect_timeout=3", {}, "connect_timeout"],
  ])("is refused for what it cannot hold: %s %j", (parameters, variables, lost) => {
    const env = { HOME: "/nowhere", ...variables };
    const url = `postgres://me:secret@db.example/shop?${parameters}`;
    const address = parseConnectionUrl(url, "DATABASE_URL", env);
    expect(() => credentialsText(address, file)).toThrow(
      `${file} cannot hold ${lost} of this connection`,
    );
  });
});
