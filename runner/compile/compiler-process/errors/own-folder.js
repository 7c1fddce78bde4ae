import path from "node:path";

/** The folder that holds this program, also when the program is built into one file. */
export const ownFolder = path.resolve(import.meta.dirname, "../..");
