import { Refused } from "./refused.ts";

// The run must end even if a receiver does not answer.
const usualPatienceMillis = 10_000;

/**
 * Posts a body as JSON. Rejects when the receiver cannot be reached or does not answer with 2xx.
 * Redirects are not followed, so that the message goes to no other host. The error names no part of the
 * URL.
 */
export async function sendToUrl(
  url: URL,
  body: string,
  patienceMillis = usualPatienceMillis,
  moreHeaders: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { username, password } = url;
  const headers: Record<string, string> = { "content-type": "application/json", ...moreHeaders };
  const plain = new URL(url);
  [plain.username, plain.password] = ["", ""];
  if (username || password) {
    const user = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    headers.authorization = `Basic ${Buffer.from(user).toString("base64")}`;
  }
  const signal = AbortSignal.timeout(patienceMillis);
  const request = { method: "POST", headers, body, redirect: "manual", signal } as const;
  const response = await fetch(plain, request).catch((error: Error) => {
    const late = `no answer within ${patienceMillis / 1000} s`;
    throw new Error(signal.aborted ? late : whyOf(error));
  });
  await response.body?.cancel();
  if (response.ok) return;
  const { status } = response;
  const mayPass = status >= 500 || status === 408 || status === 429;
  throw new Refused(`it answered with HTTP ${status}`, mayPass);
}

function whyOf(error: Error): string {
  const cause = error.cause as { code?: string; message?: string } | undefined;
  return cause?.code ?? cause?.message ?? "the request failed";
}
