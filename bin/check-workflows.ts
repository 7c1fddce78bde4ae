// Checks the workflows of this repository and those that `dataform init --ci` writes: GitHub's by
// GitHub's own parser and, where there is actionlint or Go to build it, by actionlint; GitLab's by the
// schema of GitLab (docs/decisions/0043).
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  convertWorkflowTemplate,
  NoOperationTraceWriter,
  parseWorkflow,
} from "@actions/workflow-parser";
import { writeCiFiles } from "../runner/init/write-ci-files.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const actionlintVersion = "v1.7.12";

/** The problems that GitHub's parser finds in a workflow. */
async function parserProblems(file: string): Promise<string[]> {
  const content = readFileSync(file, "utf8");
  const { context, value } = parseWorkflow({ name: file, content }, new NoOperationTraceWriter());
  const errors = context.errors.getErrors();
  if (value === undefined || errors.length > 0) return errors.map(({ message }) => message);
  const template = await convertWorkflowTemplate(context, value);
  return (template.errors ?? []).map(({ Message }) => Message);
}

/** The program of actionlint: an installed one, or one that Go builds once; undefined without both. */
function findActionlint(): string | undefined {
  if (spawnSync("actionlint", ["-version"]).status === 0) return "actionlint";
  const folder = join(root, "node_modules/.cache/actionlint", actionlintVersion);
  const program = join(folder, "actionlint");
  if (existsSync(program)) return program;
  const module = `github.com/rhysd/actionlint/cmd/actionlint@${actionlintVersion}`;
  mkdirSync(folder, { recursive: true });
  const env = { ...process.env, GOBIN: folder };
  const built = spawnSync("go", ["install", module], { env, encoding: "utf8", timeout: 300_000 });
  if (built.status === 0) return program;
  const why = built.error === undefined ? (built.stderr.trim().split("\n").at(-1) ?? "") : "no Go";
  process.stdout.write(`actionlint is left out, it cannot be built: ${why}\n`);
  return undefined;
}

// Without shellcheck and pyflakes, so that it finds the same on every machine.
function actionlintProblems(files: readonly string[]): string[] {
  const program = findActionlint();
  if (program === undefined) return [];
  const { stdout } = spawnSync(program, ["-shellcheck=", "-pyflakes=", "-oneline", ...files], {
    encoding: "utf8",
  });
  return stdout.split("\n").filter((line) => line !== "");
}

/** The problems that the schema of GitLab finds in the `.gitlab-ci.yml` of a repository. */
function gitlabProblems(folder: string): string[] {
  const program = join(root, "node_modules/gitlab-ci-local/dist/index.js");
  // It is written for Node 22, and needs no more of it than this.
  const union = "Set.prototype.union ??= function (other) { return new Set([...this, ...other]); }";
  const older = `data:text/javascript,${encodeURIComponent(union)}`;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--import", older, program, "--list-all"],
    { cwd: folder, encoding: "utf8", env: { PATH: process.env.PATH, HOME: folder, NO_COLOR: "1" } },
  );
  return status === 0 ? [] : [`.gitlab-ci.yml: ${stdout}${stderr}`];
}

async function check(): Promise<string[]> {
  const written = mkdtempSync(join(tmpdir(), "dfpg-workflows-"));
  try {
    execFileSync("git", ["init", "--quiet"], { cwd: written });
    const project = join(written, "data warehouse");
    mkdirSync(project);
    const own = join(root, ".github/workflows");
    const files = readdirSync(own).map((name) => join(own, name));
    for (const { path } of writeCiFiles(project, "github")) files.push(path);
    const [gitlab] = writeCiFiles(project, "gitlab");
    const parsed = await Promise.all(
      files.map(async (file) => (await parserProblems(file)).map((each) => `${file}: ${each}`)),
    );
    const ofGitlab = gitlabProblems(dirname(gitlab?.path ?? written));
    return [...parsed.flat(), ...actionlintProblems(files), ...ofGitlab];
  } finally {
    rmSync(written, { recursive: true, force: true });
  }
}

const problems = await check();
process.stdout.write(problems.map((problem) => `${problem}\n`).join(""));
process.exitCode = problems.length > 0 ? 1 : 0;
