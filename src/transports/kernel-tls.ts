import type { TlsCipher } from '../addon/addon.js'
import { loadAddon } from '../addon/load.js'
import { environmentError } from '../errors.js'

/** Why the kernel of this machine does not take the records of TLS, for each cipher of which it does not. */
function kernelTlsProblems(): [TlsCipher, string][] {
  const problems = Object.entries(loadAddon().kernelTlsProblems()) as [TlsCipher, string | null][]
  return problems.flatMap(([cipher, problem]) => (problem === null ? [] : [[cipher, problem]]))
}

/** @throws {XrbenchError} `XRB_UNSUPPORTED` (exit 3) where the kernel of this machine does not take the records of this cipher */
export function requireKernelTls(cipher: TlsCipher): void {
  const found = kernelTlsProblems().find(([one]) => one === cipher)
  if (found === undefined) return
  throw environmentError(
    'XRB_UNSUPPORTED',
    `kTLS: the kernel does not take it: ${found[1]}.`,
    'sudo modprobe tls; or --ktls auto, which does without where it has to',
  )
}

/** The ciphers whose records the kernel of this machine does not take. */
export function ciphersWithoutKernel(): TlsCipher[] {
  return kernelTlsProblems().map(([cipher]) => cipher)
}
