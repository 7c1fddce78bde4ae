/** Says in one line on stderr which of the flags were given and mean nothing on PostgreSQL. */
export function noticeIgnored(args: Record<string, unknown>, flags: readonly string[]): void {
  const given = flags.filter((flag) => args[flag] !== undefined).map((flag) => `--${flag}`);
  if (given.length === 0) return;
  process.stderr.write(`${given.join(", ")}: no meaning on PostgreSQL, ignored\n`);
}
