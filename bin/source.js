// `node bin/source.js generator/daily.ts …` runs a program of the repository as its npm script does.
import path from "node:path";
import { fileURLToPath } from "node:url";
import { importSource } from "./run-source.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const [node = "", , entry = "", ...args] = process.argv;
process.argv = [node, path.join(root, entry), ...args];
await importSource(entry, root);
