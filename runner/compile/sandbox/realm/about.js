import { host } from "./host.js";

/**
 * Where the code runs; nothing of it is secret.
 * @type {{ platform: string, arch: string, version: string, projectDir: string }}
 */
export const about = JSON.parse(host("about") ?? "{}");
