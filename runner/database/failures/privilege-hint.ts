/**
 * Takes PostgreSQL's message about a missing privilege (SQLSTATE 42501), the role that connects and
 * the statement that was refused; returns the statement that an owner would send, or undefined where
 * the message tells too little. A message in another language than English is only pointed at.
 */
export function privilegeHint(
  message: string,
  role: string | undefined,
  statement = "",
): string | undefined {
  const to = role === undefined ? "<role>" : shown(role);
  const denied = /^permission denied (?:for|to create) (?:(\w+(?: \w+)?) )?(\S.*)$/.exec(message);
  const owner = /^must be owner of (\w+(?: \w+)?) (\S.*)$/.exec(message);
  if (owner) return `as its owner: alter ${owner[1]} ${shown(owner[2] ?? "")} owner to ${to}`;
  const [, kind = "", name = ""] = denied ?? [];
  const own = ownTable.exec(statement)?.slice(1).find(Boolean);
  const isOther = !/^(?:permission denied|must )/.test(message);
  if ((kind === "table" || isOther) && own) {
    return `as its owner: alter table ${own} owner to ${to} (docs/connections.md)`;
  }
  if (isOther) return `as its owner: grant what the message names to ${to} (docs/connections.md)`;
  const isWritten = kind === "table" && /^\s*(?:insert|update|delete|merge)\b/i.test(statement);
  const grants = isWritten ? "select, insert, update, delete on table" : grantsOn[kind];
  if (!grants) return undefined;
  const also = kind === "schema" ? "; create too, when something is made in it" : "";
  return `as its owner: grant ${grants} ${shown(name)} to ${to}${also} (docs/connections.md)`;
}

// What a run sends before it replaces the rows of a table: it has to be the role's own.
const ownTable = /^(?:lock table (.+?) in |select exists \(select 1 from ([^\s()]+)\)$)/;

function shown(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

const grantsOn: Record<string, string> = {
  database: "create on database",
  schema: "usage on schema",
  table: "select on table",
  view: "select on table",
  "materialized view": "select on table",
  "foreign table": "select on table",
  sequence: "usage on sequence",
  function: "execute on function",
  procedure: "execute on procedure",
  language: "usage on language",
  type: "usage on type",
  tablespace: "create on tablespace",
  "foreign server": "usage on foreign server",
  "large object": "select on large object",
};
