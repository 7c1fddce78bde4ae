import { hash } from "node:crypto";
import type { BronzeRow } from "../../warehouse/bronze-row.ts";

/**
 * Adds the payload of the source to the row: a JSON text with its SHA-256. `item` is unique in a
 * day.
 */
export function addPayload(row: BronzeRow, item: string): void {
  row.rawPayload = JSON.stringify({
    item,
    application: row.appName ?? row.appId,
    scenario: row.scenarioName,
    result: row.status,
    started: row.startTime,
    ended: row.endTime,
    fault: row.faultAt,
    detected: row.detectedAt,
    recovered: row.recoveredAt,
    message: row.errorMessage,
  });
  row.payloadHash = hash("sha256", row.rawPayload, "hex");
}
