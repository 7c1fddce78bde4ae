import { actionsOf, type CompiledGraph } from "../compile/compiled-graph.ts";
import { withoutTyped } from "../compile/settings/with-settings.ts";
import { shortHash } from "../names/short-hash.ts";
import { targetKey } from "../target.ts";

/**
 * Takes a compiled graph and returns a fingerprint of each action by its `targetKey`: equal as long
 * as its compiled SQL, settings and dependencies are. What the database holds has no part in it.
 */
export function actionFingerprints(compiled: CompiledGraph): ReadonlyMap<string, string> {
  const { jitData } = compiled;
  return new Map(
    actionsOf(compiled).map(({ type, action }) => {
      const isMadeLater = "jitCode" in action && action.jitCode !== undefined;
      const parts = [type, withoutTyped(action), ...(isMadeLater ? [jitData] : [])];
      return [targetKey(action.target), shortHash(JSON.stringify(parts))];
    }),
  );
}
