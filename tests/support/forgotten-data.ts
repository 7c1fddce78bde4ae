import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, sep } from "node:path";

const shared = "/var/lib/dataform-postgres";

/**
 * Where root runs tests, the data of embedded servers lie outside of the projects of these tests, which remove
 * their own folder alone. Removes data whose project was in a temporary folder and is gone.
 */
export function removeForgottenData(): void {
  if (!existsSync(shared)) return;
  const temporary = [tmpdir(), "/tmp", "/dev/shm"].map((folder) => `${folder}${sep}`);
  for (const name of readdirSync(shared)) {
    const owner = ownerOf(join(shared, name));
    const isOfTests = temporary.some((folder) => owner?.startsWith(folder));
    if (owner === undefined || !isOfTests || existsSync(owner)) continue;
    rmSync(join(shared, name), { recursive: true, force: true });
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
