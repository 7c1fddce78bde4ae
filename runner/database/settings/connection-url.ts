import { RunnerError } from "../../errors.ts";
import { addressOfParameters, singleHost } from "./address-of-parameters.ts";
import type { Parameter } from "./parameter.ts";
import { type Environment, type ServerAddress, variable } from "./server-address.ts";

/**
 * Reads a `postgres://` URL; missing parameters come from a service, the `PG*` variables and the
 * password file, as in libpq. `source` is the name of the setting in messages. The URL is never
 * repeated in messages, because it may hold a password.
 */
export function parseConnectionUrl(url: string, source: string, env: Environment): ServerAddress {
  rejectOtherForms(url, source);
  const [bare = "", query = ""] = url.split(/\?(.*)/s);
  const given = new Map<string, Parameter>();
  for (const [name, value] of [...parseBare(bare, source), ...parseQuery(query, source)]) {
    if (value !== "") given.set(name, { value, source });
  }
  // A name in the URL does not mean the address that the environment has.
  const isElsewhere = given.has("host") && variable(env, "PGHOSTADDR") !== undefined;
  return addressOfParameters(given, source, env, isElsewhere ? ["hostaddr"] : []);
}

function rejectOtherForms(url: string, source: string): void {
  if (!/^postgres(ql)?:\/\//.test(url)) {
    throw badUrl(source, "does not start with postgres://");
  }
  const variable = /\$\{(\w+)\}/.exec(url)?.[1];
  if (variable !== undefined) {
    throw new RunnerError("USAGE", `${source} holds \${${variable}}, which nothing has replaced`, {
      hint: `set ${source} where ${variable} is known (a .env file replaces nothing), or write $ as %24`,
    });
  }
  const [start = "", servers = ""] = /^\w+:\/\/(?:[^/?]*@)?([^/?]*)/.exec(url) ?? [];
  // Before a later @ stands a part of the password, which the message would show.
  if (!url.slice(start.length).includes("@")) singleHost(servers, source);
  if (url.includes("#")) throw badUrl(source, "holds a # that is not written as %23");
}

function badUrl(source: string, reason: string): RunnerError {
  return new RunnerError("USAGE", `${source} is not a PostgreSQL URL: it ${reason}`, {
    hint:
      "write postgres://user:password@host:5432/database, with special characters of the " +
      "password percent-encoded (@ as %40, / as %2F, # as %23)",
  });
}

const form = /^\w+:\/\/(?:([^/]*)@)?(\[[^\]]*\]|[^/:@]*)(?::(\d*))?(?:\/(.*))?$/s;

function parseBare(url: string, source: string): [string, string][] {
  const found = form.exec(url);
  // With an @ behind a /, host and port are parts of a password, and would be shown.
  if (found === null || found[4]?.includes("@")) throw badUrl(source, "cannot be read");
  const [, login = "", host = "", port = "", dbname = ""] = found;
  const [user = "", password = ""] = login.split(/:(.*)/s);
  const fields = { host: host.replace(/^\[(.*)\]$/, "$1"), port, user, password, dbname };
  return Object.entries(fields).map(([name, value]) => [name, decode(value, source)]);
}

/** A plus sign is one here, unlike in web addresses. */
function parseQuery(query: string, source: string): [string, string][] {
  const pairs = query.split("&").filter((pair) => pair !== "");
  return pairs.map((pair) => {
    const [name = "", value = ""] = pair.split(/=(.*)/s);
    return [decode(name, source), decode(value, source)];
  });
}

function decode(text: string, source: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw badUrl(source, "holds a % that is not written as %25");
  }
}
