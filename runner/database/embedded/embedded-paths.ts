import { join } from "node:path";

/** Where the embedded server of a project keeps its things. */
export interface EmbeddedPaths {
  /** `<project>/.dataform` */
  folder: string;
  /** PostgreSQL's data folder, or a link to it. */
  data: string;
  log: string;
  /** Held around every start and stop. */
  lock: string;
  /** Exists while the server has been told to stay; holds its TCP port, where it has one. */
  keep: string;
  /** The password for TCP connections, readable by its owner only. */
  password: string;
}

/** The paths inside a `.dataform` folder. */
export function embeddedPaths(folder: string): EmbeddedPaths {
  return {
    folder,
    data: join(folder, "postgres"),
    log: join(folder, "postgres.log"),
    lock: join(folder, "postgres.lock"),
    keep: join(folder, "postgres.keep"),
    password: join(folder, "postgres.password"),
  };
}
