import { createServer, type Server, type ServerResponse } from "node:http";
import { RunnerError } from "../errors.ts";
import { prometheusText, type ScheduleFacts } from "./schedule-facts.ts";

/** The address at which facts are served. */
export interface ListenAddress {
  host: string;
  port: number;
}

/** Takes `9464`, `127.0.0.1:9464` or `[::1]:9464`; throws USAGE for anything else. */
export function listenAddress(text: string): ListenAddress {
  const [, host = "127.0.0.1", digits = ""] =
    /^(?:(?:\[?([^\][]+)\]?):)?(\d{1,5})$/.exec(text.trim()) ?? [];
  const port = Number(digits);
  if (digits !== "" && port <= 65_535) return { host, port };
  throw new RunnerError("USAGE", `--listen: "${text}" is no port, and no address with one`, {
    hint: "write 9464 for this machine alone, or 0.0.0.0:9464 for every network",
  });
}

/**
 * Serves the facts of a schedule: `/health` as JSON, with 503 when a run is overdue, and `/metrics`
 * for Prometheus. Returns the server, which has the address already; throws USAGE when it cannot have it.
 */
export async function serveFacts(
  address: ListenAddress,
  facts: ScheduleFacts,
  now: () => Date,
): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.method !== "GET" && request.method !== "HEAD") return answer(response, 405, "");
    switch (request.url?.split("?")[0]) {
      case "/health": {
        const health = healthOf(facts, now());
        return answer(response, health.status === "ok" ? 200 : 503, JSON.stringify(health), json);
      }
      case "/metrics":
        return answer(response, 200, prometheusText(facts), "text/plain; version=0.0.4");
      default:
        return answer(response, 404, "see /health and /metrics\n");
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(address.port, address.host, resolve);
  }).catch((error: Error) => {
    const place = `${address.host}:${address.port}`;
    throw new RunnerError("USAGE", `--listen: cannot listen on ${place}: ${error.message}`, {
      hint: "choose a free port",
      cause: error,
    });
  });
  return server;
}

const json = "application/json";

// A run that is due begins within seconds; one that has not begun after this time is stuck.
const overdueMillis = 5 * 60_000;

function healthOf(
  { runningSince, nextDue, last, lastSuccess, failuresInARow }: ScheduleFacts,
  now: Date,
) {
  const isOverdue =
    !runningSince && nextDue !== undefined && now.getTime() - nextDue.getTime() > overdueMillis;
  const status = isOverdue ? "overdue" : "ok";
  return { status, runningSince, nextDue, last, lastSuccess, failuresInARow };
}

function answer(response: ServerResponse, code: number, text: string, type = "text/plain"): void {
  response.writeHead(code, { "content-type": type, "cache-control": "no-store" }).end(text);
}
