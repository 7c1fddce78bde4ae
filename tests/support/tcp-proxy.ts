import { type AddressInfo, createConnection, createServer, type Socket } from "node:net";
import { Transform } from "node:stream";
import { onTestFinished } from "vitest";

/** What stands between a client and a server. */
export interface ProxyOptions {
  /** Takes the n-th connection (from 1) over when it returns true. */
  intercept?: (client: Socket, count: number) => boolean;
  /** Changes what the server says; the length must stay the same. */
  rewrite?: (text: string) => string;
}

/** Listens on a free port of this machine in front of a unix socket, and returns the port. */
export async function startProxy(socketPath: string, options: ProxyOptions = {}): Promise<number> {
  let count = 0;
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (client) => {
    sockets.add(client.on("error", () => undefined));
    count++;
    if (options.intercept?.(client, count)) return;
    const upstream = createConnection(socketPath).on("error", () => client.destroy());
    sockets.add(upstream);
    client.pipe(upstream).pipe(rewriting(options.rewrite)).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** Bytes of an ErrorResponse message, as a server sends it while somebody connects. */
export function errorResponse(sqlstate: string, message: string): Buffer {
  const fields = `SFATAL\0VFATAL\0C${sqlstate}\0M${message}\0\0`;
  const head = Buffer.alloc(5);
  head.write("E");
  head.writeUInt32BE(Buffer.byteLength(fields) + 4, 1);
  return Buffer.concat([head, Buffer.from(fields)]);
}

function rewriting(rewrite: (text: string) => string = (text) => text): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      done(null, Buffer.from(rewrite(chunk.toString("latin1")), "latin1"));
    },
  });
}
