/** The surroundings of a new project that its files depend on. */
export interface NewProjectSettings {
  /** Label of the database in targets. */
  defaultDatabase?: string | undefined;
  /** Written down for Dataform itself; PostgreSQL has no locations. */
  defaultLocation?: string | undefined;
  /** Name for package.json. */
  name: string;
  /** What package.json asks npm for: a version, or where a package came from. */
  versions: { runner: string; core: string };
}

/** The files of a new project by path; they compile with Dataform's own command too. */
export function newProjectFiles(settings: NewProjectSettings): Record<string, string> {
  return {
    "package.json": packageJson(settings),
    "definitions/first_view.sqlx": firstView,
    "definitions/first_view_is_complete.sqlx": firstAssertion,
    "includes/greetings.js": firstInclude,
    // last: without it a folder is no project, so `init` can be repeated where it could not write the others
    "workflow_settings.yaml": workflowSettings(settings),
  };
}

function workflowSettings({ defaultDatabase, defaultLocation }: NewProjectSettings): string {
  const lines = [
    `defaultProject: ${JSON.stringify(defaultDatabase ?? "warehouse")}`,
    ...(defaultLocation ? [`defaultLocation: ${JSON.stringify(defaultLocation)}`] : []),
    "defaultDataset: dataform",
    "defaultAssertionDataset: dataform_assertions",
  ];
  return `${lines.join("\n")}\n`;
}

// Dataform's own command takes the compiler from here, which dataform-postgres brings along.
function packageJson({ name, versions }: NewProjectSettings): string {
  const file = {
    name,
    private: true,
    scripts: { start: "dataform run" },
    dependencies: { "@dataform/core": versions.core, "dataform-postgres": versions.runner },
  };
  return `${JSON.stringify(file, null, 2)}\n`;
}

const firstView = `config {
  type: "view",
  description: "One greeting in every language that we speak.",
  columns: {
    language: "ISO 639-1 code.",
    greeting: "What to say."
  }
}

select
  language,
  greeting
from
  (
    values
      \${greetings.asRows()}
  ) as greetings (language, greeting)
`;

const firstAssertion = `config {
  type: "assertion",
  description: "Rows that must not be there: a language without a greeting."
}

select
  language
from
  \${ref("first_view")}
where
  greeting is null
  or greeting = ''
`;

const firstInclude = `const greetings = {
  en: "hello",
  nl: "hallo",
  fr: "bonjour"
};

function asRows() {
  return Object.entries(greetings).map(([language, greeting]) => \`('\${language}', '\${greeting}')\`).join(", ");
}

module.exports = {
  asRows
};
`;
