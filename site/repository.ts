import { dirname } from "node:path";

/** The folder of the repository; also where this code stands in a bundle of a folder beside it. */
export const repository = dirname(import.meta.dirname);
