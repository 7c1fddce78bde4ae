import type { ClientConfig } from "pg";
import type { ServerAddress } from "../settings/server-address.ts";

/** What the driver's own types leave out is named here. */
type DriverConfig = ClientConfig & { sslnegotiation: string; enableChannelBinding: boolean };

/**
 * The driver's configuration for an address. Every field that the driver would otherwise take from
 * the process's environment is given, so that the chosen setting alone decides; values stay text.
 */
export function clientConfig(address: ServerAddress, applicationName: string): DriverConfig {
  return {
    host: address.host,
    port: address.port,
    user: address.user,
    // Without one the driver would look into the password file itself, and warn about that.
    password: address.password ?? noPassword,
    database: address.database,
    ssl: address.tls.ssl,
    client_encoding: "UTF8",
    application_name: shorten(applicationName),
    connectionTimeoutMillis: address.connectTimeoutMillis,
    keepAlive: true,
    keepAliveInitialDelayMillis: 30_000,
    sslnegotiation: address.tls.direct ? "direct" : "postgres",
    enableChannelBinding: address.tls.channelBinding === true,
    types: { getTypeParser: () => (value: string) => value },
    ...(address.options === undefined ? {} : { options: address.options }),
  };
}

// The driver takes a function that gives nothing for "there is none"; its types want a text.
const noPassword = (() => undefined) as unknown as () => string;

/** PostgreSQL cuts longer names off, with a warning in its log. */
function shorten(name: string): string {
  return Buffer.from(name).subarray(0, 63).toString();
}
