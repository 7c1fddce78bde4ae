/** What Dataform gives to every file of a project. */
declare const dataform: {
  projectConfig: {
    defaultSchema: string;
    schemaSuffix?: string;
    vars: { reportTimeZone: string; [name: string]: string };
  };
};
