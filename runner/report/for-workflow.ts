import { withoutWorkflowCommands } from "../text/workflow-commands.ts";

/**
 * Takes text that holds values of the database and returns it as it may be printed: in the log of a
 * GitHub workflow without commands to the workflow, elsewhere as it is.
 */
export function forWorkflow(text: string): string {
  return process.env.GITHUB_ACTIONS === "true" ? withoutWorkflowCommands(text) : text;
}
