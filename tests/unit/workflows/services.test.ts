import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { repository } from "../../support/run-command.ts";

const read = (file: string) => readFileSync(`${repository}/${file}`, "utf8");

// The image first starts a server on the socket alone, to make the database, and stops it again.
it("calls the PostgreSQL of docker-compose.yml healthy when it takes connections of others", () => {
  const { healthcheck } = parse(read("docker-compose.yml")).services.postgres;
  expect(healthcheck.test).toEqual([
    "CMD-SHELL",
    'pg_isready --host 127.0.0.1 --username "$$POSTGRES_USER" --dbname "$$POSTGRES_DB"',
  ]);
});

// A command that finds a server without its socket takes the socket for deleted, and starts the server anew.
it("lets the service of systemd and the commands of its user see one socket of the embedded server", () => {
  const unit = read("deploy/dataform-schedule.service");
  expect(unit).toMatch(/^NoNewPrivileges=true$/m);
  expect(unit).not.toMatch(/^(PrivateTmp|TemporaryFileSystem|InaccessiblePaths|RootDirectory)=/m);
});
