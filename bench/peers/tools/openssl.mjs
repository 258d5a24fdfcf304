import { runChild, startChild } from '../child.mjs'
import { DOWNLOAD_BYTES } from '../configurations.mjs'
import { freePort, pinned, waitUntilBound } from '../place.mjs'
import { CERTIFICATE, PRIVATE_KEY } from './certificate.mjs'
import { SERVED_FILE, SERVED_FOLDER } from './download-file.mjs'

const START_TIMEOUT_MS = 5_000
const SECURITY = ['-tls1_3', '-ciphersuites', 'TLS_AES_128_GCM_SHA256']

/**
 * `openssl s_server` and `s_client`, as they serve a file and fetch it. There is only how long the client ran: its start and its handshake are in it.
 * @type {import('../rounds.mjs').Tool}
 */
export async function runOpenssl(_configuration, { places, limits }) {
  const port = await freePort()
  const server = startChild(
    pinned(places?.server, [
      ...['env', '-C', SERVED_FOLDER, 'openssl', 's_server', '-WWW', '-quiet', ...SECURITY],
      ...['-accept', `127.0.0.1:${port}`, '-no_ticket'],
      ...['-cert', `../../../${CERTIFICATE}`, '-key', `../../../${PRIVATE_KEY}`],
    ]),
    limits,
  )
  try {
    await waitUntilBound('tcp', port, server, START_TIMEOUT_MS)
    const client = `openssl s_client -quiet ${SECURITY.join(' ')} -connect 127.0.0.1:${port} >/dev/null`
    const fetch = `printf 'GET /${SERVED_FILE} HTTP/1.0\\r\\n\\r\\n' | ${client}`
    const began = process.hrtime.bigint()
    await runChild(pinned(places?.client, ['sh', '-c', fetch]), limits)
    const seconds = Number(process.hrtime.bigint() - began) / 1e9
    return { goodputBitsPerSec: (DOWNLOAD_BYTES * 8) / seconds, messageSizeBytes: null }
  } finally {
    await server.stop()
  }
}
