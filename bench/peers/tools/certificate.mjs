import { mkdir } from 'node:fs/promises'
import { runChild } from '../child.mjs'

const FOLDER = 'build/bench/certificate'
export const CERTIFICATE = `${FOLDER}/cert.pem`
export const PRIVATE_KEY = `${FOLDER}/key.pem`

/**
 * A P-256 certificate as xrbench makes itself one, for the peers that need a file.
 * @param {AbortSignal} signal
 */
export async function prepareCertificate(signal) {
  await mkdir(FOLDER, { recursive: true })
  await runChild(
    [
      ...['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
      ...['-nodes', '-days', '2', '-subj', '/CN=localhost'],
      ...['-keyout', PRIVATE_KEY, '-out', CERTIFICATE],
    ],
    { timeoutMs: 10_000, signal },
  )
}
