import { runChild, startChild } from '../child.mjs'
import { DOWNLOAD_BYTES } from '../configurations.mjs'
import { freePort, pinned, waitUntilBound } from '../place.mjs'
import { CERTIFICATE, PRIVATE_KEY } from './certificate.mjs'
import { SERVED_FILE, SERVED_FOLDER } from './download-file.mjs'

const START_TIMEOUT_MS = 5_000
/** What xrbench has by default: packets, window, acknowledgements, no probing for larger packets. */
const PAYLOAD = ['--max-udp-payload-size=1452', '--no-pmtud', '--ack-thresh=10']
const WINDOW_BYTES = 2 * 1024 * 1024
const CIPHER = 'NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+AES-128-GCM'
const SILENT = ['-q', '--no-quic-dump', '--no-http-dump']

/**
 * The example programs of ngtcp2, which speak HTTP/3. What the client took from start to end is all there is to be had: its handshake and
 * its own start are in it.
 * @type {import('../rounds.mjs').Tool}
 */
export async function runNgtcp2(_configuration, { places, limits }) {
  const port = await freePort()
  const server = startChild(
    pinned(places?.server, [
      ...['gtlsserver', ...SILENT, ...PAYLOAD, `--ciphers=${CIPHER}`, '-d', SERVED_FOLDER],
      ...['127.0.0.1', String(port), PRIVATE_KEY, CERTIFICATE],
    ]),
    limits,
  )
  try {
    await waitUntilBound('udp', port, server, START_TIMEOUT_MS)
    const window = [
      ...['--max-data', '--max-stream-data-bidi-local', '--max-window', '--max-stream-window'],
    ].map((option) => `${option}=${WINDOW_BYTES}`)
    const client = [
      ...['gtlsclient', ...SILENT, ...PAYLOAD, ...window, '--exit-on-all-streams-close'],
      ...['127.0.0.1', String(port), `https://localhost/${SERVED_FILE}`],
    ]
    const began = process.hrtime.bigint()
    await runChild(pinned(places?.client, client), limits)
    const seconds = Number(process.hrtime.bigint() - began) / 1e9
    return { goodputBitsPerSec: (DOWNLOAD_BYTES * 8) / seconds, messageSizeBytes: null }
  } finally {
    await server.stop()
  }
}
