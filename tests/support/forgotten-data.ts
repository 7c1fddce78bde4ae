import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, sep } from "node:path";

const shared = "/var/lib/dataform-postgres";

/**
 * Where root runs tests, the data of embedded servers lie outside of the projects of these tests, which remove
 * their own folder alone. Removes data whose project was in a temporary folder and is gone, and what was being made
 * an hour ago by a process that a test has killed.
 */
export function removeForgottenData(): void {
  if (!existsSync(shared)) return;
  const temporary = [tmpdir(), "/tmp", "/dev/shm"].map((folder) => `${folder}${sep}`);
  for (const name of readdirSync(shared)) {
    const data = join(shared, name);
    const owner = ownerOf(data);
    const isOfTests = temporary.some((folder) => owner?.startsWith(folder));
    const isForgotten = owner === undefined ? isOldDraft(data) : isOfTests && !existsSync(owner);
    if (isForgotten) rmSync(data, { recursive: true, force: true });
  }
}

/** The `.dataform` folder that the data are of; undefined for anything else. */
function ownerOf(data: string): string | undefined {
  try {
    return readFileSync(join(data, "dataform_owner"), "utf8");
  } catch {
    return undefined;
  }
}

function isOldDraft(data: string): boolean {
  if (!data.includes(".new-")) return false;
  const changed = statSync(data, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
  return Date.now() - changed > 3_600_000;
}
