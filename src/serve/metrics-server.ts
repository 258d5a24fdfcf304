import { createServer, type IncomingMessage } from 'node:http'
import { environmentError } from '../errors.js'
import { listening } from '../listening.js'

/** Connections at a time, and how long a request may take. */
const MAX_CONNECTIONS = 16
const REQUEST_MS = 5_000

interface MetricsServer {
  host: string
  port: number
  close(): Promise<void>
}

/**
 * Answers GET and HEAD of /metrics with `text()`, and everything else with 404 or 405. Whoever reaches the address may read it: it has no names and no addresses.
 * @throws {XrbenchError} `XRB_METRICS` (exit 3)
 */
export async function serveMetrics(
  { host, port }: { host: string; port: number },
  text: () => string,
): Promise<MetricsServer> {
  const server = createServer({ maxHeaderSize: 4096, connectionsCheckingInterval: 1000 })
  server.maxConnections = MAX_CONNECTIONS
  server.headersTimeout = REQUEST_MS
  server.requestTimeout = REQUEST_MS
  server.keepAliveTimeout = REQUEST_MS
  server.on('request', (request, response) => {
    const status = statusOf(request)
    response.writeHead(status, {
      'content-type': 'text/plain; version=0.0.4',
      ...(status === 405 && { allow: 'GET, HEAD' }),
    })
    response.end(status === 200 ? text() : 'GET /metrics\n')
    // What else is sent is not read.
    request.resume()
  })
  const refused = (error: NodeJS.ErrnoException) => {
    const reason = error.code ?? error.message
    const sentence = `Metrics cannot be served at ${host}, port ${port} (${reason}).`
    return environmentError('XRB_METRICS', sentence, `ss -tlnp 'sport = :${port}'`)
  }
  // Who asks for them asks again.
  const at = await listening(server, { host, port, exclusive: true }, refused, () => {})
  return {
    host: at.address,
    port: at.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** A scraper may have parameters of its own (RFC 9110, sections 9.1 and 15.5.6). */
function statusOf({ method, url = '' }: IncomingMessage): 200 | 404 | 405 {
  if (url.split('?', 1)[0] !== '/metrics') return 404
  return method === 'GET' || method === 'HEAD' ? 200 : 405
}
