// Walls that an unprivileged process, or root, can put around another one with programs that most
// Linux systems have. Namespaces: no network, not even the machine's own; no other process can be
// seen or sent a signal.
const namespaces = ["--net", "--pid", "--ipc", "--fork", "--kill-child"];
const ownProc = ["--mount", "--mount-proc"];

/** User ids that systemd gives to services without their own user. */
const freeUsers = { first: 61_184, count: 4_336 };

/**
 * Commands that start another command behind walls, the best first; each is tried before it is used.
 * Root becomes a user that owns nothing.
 */
export function sandboxWalls(): string[] {
  if (process.platform !== "linux") return [];
  const unshare = "/usr/bin/unshare";
  const asUser = [unshare, "--user", "--map-current-user", ...namespaces];
  if (process.getuid?.() !== 0) return [[...asUser, ...ownProc], asUser].map(join);
  const user = freeUsers.first + Math.floor(Math.random() * freeUsers.count);
  const nobody = [
    ...["/usr/bin/setpriv", `--reuid=${user}`, `--regid=${user}`, "--clear-groups"],
    ...["--inh-caps=-all", "--bounding-set=-all", "--no-new-privs"],
  ];
  // Another user id ends the order to die with the parent, so it is given anew.
  const bound = [...nobody, "--pdeathsig=KILL"];
  return [
    [unshare, ...namespaces, ...ownProc, ...bound],
    [unshare, ...namespaces, ...bound],
    nobody,
    [...asUser, ...ownProc],
  ].map(join);
}

function join(words: readonly string[]): string {
  return words.join(" ");
}
