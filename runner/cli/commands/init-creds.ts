import { existsSync } from "node:fs";
import { join } from "node:path";
import { findProject } from "../../compile/find-project.ts";
import { openPostgres } from "../../database/connection/postgres.ts";
import { parsePort } from "../../database/settings/address-of-parameters.ts";
import { parseConnectionUrl } from "../../database/settings/connection-url.ts";
import {
  defaultConnectTimeoutMillis,
  describeAddress,
  type ServerAddress,
  variable,
} from "../../database/settings/server-address.ts";
import { tlsSetting } from "../../database/settings/tls-mode.ts";
import {
  credentialsText,
  writeCredentialsFile,
} from "../../database/settings/write-credentials.ts";
import { RunnerError } from "../../errors.ts";
import { ask, askSecretly, canAsk } from "../ask.ts";
import { projectDirOption } from "../options.ts";
import type { AddCommand } from "./command.ts";

const fileName = ".df-credentials.json";

/** `dataform init-creds`: writes down which server a project uses. */
export const addInitCredsCommand: AddCommand = (parser, finish) =>
  parser.command(
    "init-creds [project-dir]",
    `Write ${fileName}, from flags, from DATABASE_URL or from what you answer`,
    (command) =>
      command
        .positional("project-dir", projectDirOption)
        .option("host", { type: "string", describe: "server, or the folder of its socket" })
        .option("port", { type: "string", describe: "5432 unless given" })
        .option("username", { type: "string", describe: "user to log in as" })
        .option("database-name", {
          type: "string",
          describe: "database; the user's name unless given",
        })
        .option("sslmode", { type: "string", describe: "as psql knows it" })
        .option("test-connection", {
          type: "boolean",
          default: true,
          describe: "connect before the file is written; --no-test-connection does not",
        })
        .epilogue(
          "The password comes from PGPASSWORD or is asked for; a flag would be seen by others.",
        ),
    (args) =>
      finish(async () => {
        const projectDir = findProject(args.projectDir);
        const path = join(projectDir, fileName);
        const replaces = existsSync(path);
        const address = await addressOf(args);
        const text = credentialsText(address, fileName);
        if (args.testConnection) await testConnection(address);
        writeCredentialsFile(path, text);
        const verb = replaces ? "replaced" : "written";
        process.stdout.write(`${verb}  ${fileName}  (${describeAddress(address)})\n`);
        return 0;
      }),
  );

interface CredentialFlags {
  host?: string | undefined;
  port?: string | undefined;
  username?: string | undefined;
  databaseName?: string | undefined;
  sslmode?: string | undefined;
}

async function addressOf(flags: CredentialFlags): Promise<ServerAddress> {
  const { host, port, username, databaseName, sslmode } = flags;
  const given = [host, port, username, databaseName, sslmode].some((flag) => flag !== undefined);
  const url = variable(process.env, "DATABASE_URL");
  if (!given && url !== undefined) return parseConnectionUrl(url, "DATABASE_URL", process.env);
  return canAsk() ? await addressAskedFor(flags) : addressOfFlags(flags);
}

function addressOfFlags(flags: CredentialFlags): ServerAddress {
  const missing = Object.entries({ host: flags.host, username: flags.username })
    .filter(([, value]) => !value)
    .map(([name]) => `--${name}`);
  if (missing.length > 0) {
    throw new RunnerError("USAGE", `which server? ${missing.join(" and ")} missing`, {
      hint: "give them, or set DATABASE_URL; the password comes from PGPASSWORD",
    });
  }
  const { host = "", port = "5432", username = "", databaseName = username, sslmode } = flags;
  return {
    host,
    port: parsePort(port, "--port"),
    user: username,
    password: variable(process.env, "PGPASSWORD"),
    database: databaseName,
    tls: tlsSetting({ host, mode: sslmode, source: "--sslmode" }),
    connectTimeoutMillis: defaultConnectTimeoutMillis,
  };
}

async function addressAskedFor(flags: CredentialFlags): Promise<ServerAddress> {
  const host = flags.host ?? (await ask("host", "localhost"));
  const port = flags.port ?? (await ask("port", "5432"));
  const username = flags.username ?? (await ask("username", "postgres"));
  const databaseName = flags.databaseName ?? (await ask("database", username));
  const answers = addressOfFlags({ ...flags, host, port, username, databaseName });
  return { ...answers, password: answers.password ?? (await askSecretly("password")) };
}

async function testConnection(address: ServerAddress): Promise<void> {
  const { database } = await openPostgres({
    address,
    description: describeAddress(address),
    source: "init-creds",
    maxConnections: 1,
    applicationName: "dataform-postgres",
  });
  await database.close();
}
