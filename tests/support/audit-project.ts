import * as runner from "../../runner/audit/audit-project.ts";
import { findProject } from "../../runner/compile/find-project.ts";
import { livingCompiler } from "./living-compiler.ts";

/** `auditProject` of the runner on a project that is compiled in a process that lives for many. */
export const auditProject: typeof runner.auditProject = async (options) => {
  const child = livingCompiler(findProject(options.projectDir));
  return runner.auditProject({ ...options, child });
};
