import { existsSync, realpathSync } from "node:fs";
import path from "node:path";
import { RunnerError } from "../errors.ts";

/** The real path of a project folder; throws PROJECT_NOT_FOUND when it holds no settings file. */
export function findProject(folder: string): string {
  const projectDir = path.resolve(folder);
  const files = ["dataform.json", "workflow_settings.yaml"];
  if (files.some((file) => existsSync(path.join(projectDir, file))))
    return realpathSync(projectDir);
  const isThere = existsSync(projectDir);
  throw new RunnerError(
    "PROJECT_NOT_FOUND",
    isThere
      ? `${projectDir} is not a Dataform project (missing dataform.json file).`
      : `There is no folder ${projectDir}.`,
    {
      hint: `A project folder holds ${files.join(" or ")}: name one, or run the command in it.${isThere ? "" : " Actions are chosen by --actions."}`,
    },
  );
}
