import { expect, it } from "vitest";
import { readRows } from "../../support/ingested.ts";

const start = "2026-01-05T10:00:00Z";
const end = "2026-01-05T10:05:00Z";

it("takes the time in which krkn could not use a virtual machine for an outage of it", async () => {
  const span = { start_timestamp: "2026-01-05T10:00:00", end_timestamp: "2026-01-05T10:00:37.25" };
  const machine = { vm_name: "cart-vm", namespace: "shop", node_name: "n1", ...span };
  const checks = [
    { ...machine, status: true, check_type: "healthy" },
    { ...machine, status: false, ssh_status: true, vmi_ready: false, check_type: "vmi_ready" },
    // releases before 2026
    { ...machine, vm_name: "pay-vm", status: false },
  ];
  const expected = [
    {
      ...{ kind: "outage", cause: "vmi_ready", start, end: "2026-01-05T10:00:37.25Z" },
      hints: { ownName: "cart-vm", namespace: "shop" },
    },
    { kind: "outage", cause: null, hints: { ownName: "pay-vm" } },
  ];
  expect(await readRows("a.json", { telemetry: { virt_checks: checks } })).toMatchObject(expected);
  expect(await readRows("a.json", checks)).toMatchObject(expected);
  const run = { run_uuid: "u", scenarios: [], health_checks: null, virt_checks: checks };
  expect(await readRows("a.json", run)).toMatchObject([
    { ...expected[0], outageId: "u/virt check 1" },
    { ...expected[1], outageId: "u/virt check 2" },
  ]);
});
