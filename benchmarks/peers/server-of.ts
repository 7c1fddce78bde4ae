/** The parts of a connection URL, for tools that take no URL. */
export function serverOf(url: string) {
  const parsed = new URL(url.replace("@/", "@localhost/"));
  return {
    host: parsed.searchParams.get("host") ?? parsed.hostname,
    port: Number(parsed.port || 5432),
    user: decodeURIComponent(parsed.username),
    database: parsed.pathname.slice(1),
  };
}
