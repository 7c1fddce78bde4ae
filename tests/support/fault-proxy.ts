import { type AddressInfo, createConnection, createServer, type Socket } from "node:net";

/** One message of the runner to the server, held until its handler has let it pass. */
export interface HeldMessage {
  /** From 1, over all connections of the proxy; the first of a connection is its startup packet. */
  number: number;
  /** `Q`, `P`, `X`, …; empty for a startup packet. */
  type: string;
  /** The message as it is, with its head. */
  text: string;
  /** Server process of the connection; undefined before the login. */
  processId: number | undefined;
  /** Sends it on. */
  forward: () => void;
  /** Sends it on and resolves with the server's next message, which the runner does not get. */
  forwardAndHush: () => Promise<void>;
  /** Breaks the connection on both sides. */
  cut: () => void;
}

/** A proxy that sees every message; `close` breaks all connections. */
export interface FaultProxy {
  /** Leads through the proxy to the database. */
  url: string;
  count: () => number;
  close: () => void;
}

/**
 * Listens on a free port in front of a test database, whose URL names a unix socket, and gives every
 * message of every client to `hold`, which has to forward it.
 */
export async function startFaultProxy(
  databaseUrl: string,
  hold: (message: HeldMessage) => Promise<void> | void,
): Promise<FaultProxy> {
  let count = 0;
  const { pathname, searchParams } = new URL(databaseUrl.replace("@/", "@localhost/"));
  const socketPath = `${searchParams.get("host")}/.s.PGSQL.5432`;
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = createConnection(socketPath);
    for (const socket of [client, upstream]) sockets.add(socket);
    const link = connect(client, upstream);
    const split = frontendSplitter();
    let turn = Promise.resolve();
    client.on("data", (chunk: Buffer) => {
      for (const bytes of split(chunk)) {
        turn = turn.then(() => hold({ number: ++count, ...link.messageOf(bytes) }));
      }
    });
    client.on("end", () => void turn.then(() => upstream.end()));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `postgres://postgres@127.0.0.1:${port}${pathname}?sslmode=disable`,
    count: () => count,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

function connect(client: Socket, upstream: Socket) {
  let processId: number | undefined;
  let hushed: (() => void) | undefined;
  let greeting = Buffer.alloc(0);
  const cut = () => {
    client.destroy();
    upstream.destroy();
  };
  client.on("error", cut).on("close", cut);
  upstream.on("error", cut).on("close", cut);
  upstream.on("data", (chunk: Buffer) => {
    if (processId === undefined) {
      greeting = Buffer.concat([greeting, chunk]);
      processId = processIdIn(greeting);
    }
    if (hushed) hushed();
    else client.write(chunk);
  });
  return {
    messageOf: (bytes: Buffer) => ({
      type: processId === undefined ? "" : String.fromCharCode(bytes[0] ?? 0),
      text: bytes.toString(),
      processId,
      forward: () => void upstream.write(bytes),
      forwardAndHush: () =>
        new Promise<void>((resolve) => {
          hushed = resolve;
          upstream.once("close", resolve);
          upstream.write(bytes);
        }),
      cut,
    }),
  };
}

/** Cuts a stream of the frontend into its messages: the first one has no type. */
function frontendSplitter(): (chunk: Buffer) => Buffer[] {
  let rest = Buffer.alloc(0);
  let isFirst = true;
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    const messages: Buffer[] = [];
    for (;;) {
      const at = isFirst ? 0 : 1;
      if (rest.length < at + 4) return messages;
      const length = at + rest.readUInt32BE(at);
      if (rest.length < length) return messages;
      messages.push(rest.subarray(0, length));
      rest = rest.subarray(length);
      isFirst = false;
    }
  };
}

/** The server names its process in a message `K` while it lets a client in. */
function processIdIn(greeting: Buffer): number | undefined {
  for (let at = 0; at + 5 <= greeting.length; at += 1 + greeting.readUInt32BE(at + 1)) {
    const isKey = String.fromCharCode(greeting[at] ?? 0) === "K";
    if (isKey && greeting.length >= at + 9) return greeting.readUInt32BE(at + 5);
  }
  return undefined;
}
