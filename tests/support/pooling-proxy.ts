import { type AddressInfo, createConnection, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** How the pooler gives server connections to its clients. */
export interface PoolingOptions {
  /** `transaction`: for the length of a transaction; `session`: for as long as a client is there. */
  mode: "transaction" | "session";
  /** Which free server connection is taken: the one used last, the one unused for longest, or any, as when others are busy. */
  order?: "last" | "oldest" | "any";
  /** Server connections that exist from the beginning. */
  spare?: number;
}

interface Backend {
  socket: Socket;
  user: Client | undefined;
}

interface Client {
  socket: Socket;
  backend: Backend | undefined;
}

/**
 * A connection pooler without passwords in front of a server's unix socket, like PgBouncer: it
 * answers the login itself and gives every client a process number of its own making. Returns its port.
 */
export async function startPooler(
  socketPath: string,
  database: string,
  { mode, order = "last", spare = 0 }: PoolingOptions,
): Promise<number> {
  const sockets = new Set<Socket>();
  const free: Backend[] = [];
  let greeting: Buffer[] = [];

  async function openBackend(): Promise<Backend> {
    const socket = createConnection(socketPath).on("error", () => undefined);
    sockets.add(socket);
    const backend: Backend = { socket, user: undefined };
    const ready = new Promise<void>((resolve) => {
      const parameters: Buffer[] = [];
      readMessages(socket, 0, (type, message) => {
        if (backend.user) toClient(backend, type, message);
        else if (type === "S") parameters.push(message);
        else if (type === "Z") {
          greeting = parameters;
          resolve();
        }
      });
    });
    socket.write(startupMessage({ user: "postgres", database }));
    await ready;
    return backend;
  }

  function toClient(backend: Backend, type: string, message: Buffer): void {
    const client = backend.user;
    if (!client) return;
    client.socket.write(message);
    if (mode === "session" || type !== "Z" || message.toString("latin1", 5) !== "I") return;
    release(client);
  }

  function release(client: Client): void {
    if (!client.backend) return;
    client.backend.user = undefined;
    free.push(client.backend);
    client.backend = undefined;
  }

  function takeFree(): Backend | undefined {
    if (order === "last") return free.pop();
    if (order === "oldest") return free.shift();
    return free.splice(Math.floor(Math.random() * free.length), 1)[0];
  }

  async function toServer(client: Client, message: Buffer): Promise<void> {
    client.backend ??= takeFree() ?? (await openBackend());
    client.backend.user = client;
    client.backend.socket.write(message);
  }

  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket.on("error", () => undefined));
    const client: Client = { socket, backend: undefined };
    let queue = Promise.resolve();
    socket.on("close", () => queue.then(() => client.backend?.socket.destroy()));
    readMessages(socket, 1, (type, message) => {
      if (type === "startup") return void greet(socket, message, greeting);
      if (type === "X") return;
      queue = queue.then(() => toServer(client, message));
    });
  });
  for (let index = 0; index < Math.max(1, spare); index++) free.push(await openBackend());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const sslRequest = 80_877_103;

function greet(socket: Socket, startup: Buffer, parameters: Buffer[]): void {
  if (startup.readInt32BE(4) === sslRequest) return void socket.write("N");
  const login = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0]);
  const key = Buffer.from([0x4b, 0, 0, 0, 12, 0x7f, 1, 2, 3, 4, 5, 6, 7]);
  const ready = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);
  socket.write(Buffer.concat([login, ...parameters, key, ready]));
}

/** Cuts a stream into messages; the first `untyped` of a client (and TLS requests) have no type. */
function readMessages(
  socket: Socket,
  untyped: number,
  onMessage: (type: string, message: Buffer) => void,
): void {
  let rest = Buffer.alloc(0);
  let left = untyped;
  const next = () => {
    const message = firstMessage(rest, left > 0 ? 0 : 1);
    rest = rest.subarray(message?.length ?? 0);
    return message;
  };
  socket.on("data", (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    for (let message = next(); message !== undefined; message = next()) {
      const isStartup = left > 0;
      if (isStartup && message.readInt32BE(4) !== sslRequest) left--;
      onMessage(isStartup ? "startup" : String.fromCharCode(message[0] ?? 0), message);
    }
  });
}

/** The length stands at the beginning, or after one byte of type, which it does not count. */
function firstMessage(bytes: Buffer, typeBytes: 0 | 1): Buffer | undefined {
  if (bytes.length < typeBytes + 4) return undefined;
  const length = typeBytes + bytes.readInt32BE(typeBytes);
  return bytes.length < length ? undefined : bytes.subarray(0, length);
}

function startupMessage(parameters: Record<string, string>): Buffer {
  const fields = Object.entries(parameters).map(([name, value]) => `${name}\0${value}\0`);
  const body = Buffer.from(`${fields.join("")}\0`);
  const head = Buffer.alloc(8);
  head.writeInt32BE(body.length + 8, 0);
  head.writeInt32BE(196_608, 4);
  return Buffer.concat([head, body]);
}
