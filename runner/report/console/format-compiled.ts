import type { CompiledGraph } from "../../compile/compiled-graph.ts";
import { type Target, targetName } from "../../target.ts";
import { visibleText } from "../../text/terminal-text.ts";
import { withoutWorkflowCommands } from "../../text/workflow-commands.ts";

/** The actions of a project, by kind, as `dataform compile` lists them; `quiet` only counts them. */
export function formatCompiled(graph: CompiledGraph, quiet = false): string {
  const tables = graph.tables ?? [];
  const section = quiet ? countOnly : listed;
  const sections = [
    section("dataset", tables, (table) => ` [${(table.enumType ?? "TABLE").toLowerCase()}]`),
    section("assertion", graph.assertions ?? []),
    section("operation", graph.operations ?? []),
    section("declaration", graph.declarations ?? []),
  ];
  const count = tables.length + (graph.assertions ?? []).length + (graph.operations ?? []).length;
  return `Compiled ${count} action(s).\n${sections.join("")}`;
}

function countOnly(noun: string, actions: readonly unknown[]): string {
  return actions.length === 0 ? "" : `${actions.length} ${noun}(s).\n`;
}

function listed<T extends { target: Target; disabled?: boolean }>(
  noun: string,
  actions: readonly T[],
  suffix: (action: T) => string = () => "",
): string {
  if (actions.length === 0) return "";
  const lines = actions.map((action) => {
    const disabled = action.disabled ? " [disabled]" : "";
    const name = visibleText(targetName(action.target));
    return withoutWorkflowCommands(`  ${name}${suffix(action)}${disabled}\n`);
  });
  return `${actions.length} ${noun}(s):\n${lines.join("")}`;
}
