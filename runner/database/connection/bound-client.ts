import { Client, type ClientConfig } from "pg";

/**
 * Returns the driver's client for a configuration; it requires channel binding when the
 * configuration asks for it.
 */
export function createClient(config: ClientConfig): Client {
  return new (clientClass(config))(config);
}

/** The class of `createClient`, for a pool. */
export function clientClass(config: ClientConfig): typeof Client {
  return config.enableChannelBinding ? BoundClient : Client;
}

/**
 * A driver client that logs in only where the login proves that nobody sits in between
 * (`channel_binding=require`): the driver itself falls back to a login without that proof.
 */
class BoundClient extends Client {
  constructor(config?: string | ClientConfig) {
    super(config);
    const { connection } = this as unknown as { connection: NodeJS.EventEmitter & Bound };
    let isBound = false;
    const refuse = () => {
      connection.emit("error", new Error(unbound));
      connection.stream.destroy();
    };
    connection.prependListener("authenticationSASL", ({ mechanisms }: Mechanisms) => {
      isBound = mechanisms.includes("SCRAM-SHA-256-PLUS");
      if (!isBound) refuse();
    });
    connection.prependListener("authenticationCleartextPassword", refuse);
    connection.prependListener("authenticationMD5Password", refuse);
    connection.prependListener("authenticationOk", () => {
      if (!isBound) refuse();
    });
  }
}

interface Bound {
  stream: { destroy: () => void };
}

interface Mechanisms {
  mechanisms: string[];
}

const unbound =
  "the server does not bind the login to the TLS connection (channel_binding=require)";
