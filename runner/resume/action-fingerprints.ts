import { actionsOf, type CompiledGraph } from "../compile/compiled-graph.ts";
import { variablesIn } from "../compile/settings/follow-settings.ts";
import { withoutTyped } from "../compile/settings/with-settings.ts";
import { shortHash } from "../names/short-hash.ts";
import { targetKey } from "../target.ts";

/**
 * Takes a compiled graph and returns a fingerprint of each action by its `targetKey`: equal as long
 * as its compiled SQL, settings and dependencies are, and the variables that `postgres.recomputeWhen` names.
 * What the database holds has no part in it.
 */
export function actionFingerprints(compiled: CompiledGraph): ReadonlyMap<string, string> {
  const { jitData, projectConfig } = compiled;
  return new Map(
    actionsOf(compiled).map(({ type, action }) => {
      const isMadeLater = "jitCode" in action && action.jitCode !== undefined;
      const { recomputeWhen = [] } = ("settings" in action && action.settings) || {};
      const variables = variablesIn(recomputeWhen, projectConfig.vars);
      const parts = [
        ...[type, withoutTyped(action)],
        ...(isMadeLater ? [jitData] : []),
        ...(variables.length > 0 ? [variables] : []),
      ];
      return [targetKey(action.target), shortHash(JSON.stringify(parts))];
    }),
  );
}
