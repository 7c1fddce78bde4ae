/** The labels of a selector as `app=shop,tier in (web)`; conditions other than `=` are left out. */
export function labelsOf(selector: string | undefined): Record<string, string> {
  const pairs = (selector ?? "")
    .split(",")
    .map((part) => /^\s*([^\s=!]+)\s*==?\s*(\S+)\s*$/.exec(part));
  return Object.fromEntries(
    pairs.flatMap((pair) => (pair ? [[pair[1] ?? "", pair[2] ?? ""]] : [])),
  );
}

const appLabels = ["app.kubernetes.io/name", "app", "k8s-app", "service"];

/** What the labels of a workload call the application. */
export function appOfLabels(labels: Record<string, string>): string | undefined {
  return appLabels.map((name) => labels[name]).find((value) => value !== undefined);
}
