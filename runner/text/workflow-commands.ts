/**
 * Takes text that is printed in a GitHub workflow and returns it so that no line of it is taken for
 * a command to the workflow (`::error::`, `##[add-mask]`). Everywhere else it only looks odd, and JSON means
 * the same as before.
 */
export function withoutWorkflowCommands(text: string): string {
  return text.replace(/^([^\S\n]*):(?=:)/gm, "$1\\x3a").replaceAll("##[", "#\\u0023[");
}
