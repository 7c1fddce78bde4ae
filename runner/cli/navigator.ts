// Node 20 has no navigator, and then pg asks whether it runs at Cloudflare by making a Response, for
// which Node loads all that it has for fetch: a tenth of the time until a first query.
const known = globalThis as { navigator?: { userAgent: string } };
known.navigator ??= { userAgent: `Node.js/${process.versions.node}` };
