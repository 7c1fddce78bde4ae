import type { ClientConfig } from "pg";
import type { ServerAddress } from "./server-address.ts";

/**
 * The driver's configuration for an address. Every field that the driver would otherwise take from
 * the process's environment is given, so that the chosen setting alone decides; values stay text.
 */
export function clientConfig(address: ServerAddress, applicationName: string): ClientConfig {
  return {
    host: address.host,
    port: address.port,
    user: address.user,
    password: address.password,
    database: address.database,
    ssl: address.tls.ssl,
    client_encoding: "UTF8",
    application_name: shorten(applicationName),
    connectionTimeoutMillis: address.connectTimeoutMillis,
    keepAlive: true,
    types: { getTypeParser: () => (value: string) => value },
    ...(address.options === undefined ? {} : { options: address.options }),
  };
}

/** PostgreSQL cuts longer names off, with a warning in its log. */
function shorten(name: string): string {
  return Buffer.from(name).subarray(0, 63).toString();
}
