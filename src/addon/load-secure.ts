import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { environmentError, XrbenchError } from '../errors.js'
import type { Addon, NativeFault, NativeTransport } from './addon.js'

const require = createRequire(import.meta.url)

/** The addon file that needs GnuTLS and ngtcp2, which lies beside the other. */
export interface SecureAddon {
  readonly transports: readonly NativeTransport[]
  readonly Endpoint: Addon['Endpoint']
}

const INSTALL =
  'sudo apt-get install -y libngtcp2-dev libngtcp2-crypto-gnutls-dev libgnutls28-dev && npm run setup'

/** Whether `transport` lives in the second file. */
export function isSecure(transport: unknown): boolean {
  return transport === 'tls' || transport === 'quic'
}

/**
 * The second file, from the folder of the first. It is loaded when it is first asked for: who measures TCP never has GnuTLS in the process.
 * @throws {XrbenchError} XRB_TRANSPORT_UNAVAILABLE (exit 3) where it, or a library it needs, is not there, with the line that installs them
 */
export function loadSecure(core: string): SecureAddon {
  const file = join(dirname(core), 'xrbench_secure.node')
  if (!existsSync(file)) {
    throw unavailable('TLS and QUIC are not in this build, which found no GnuTLS or ngtcp2.')
  }
  try {
    return require(file) as SecureAddon
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error)
    throw unavailable(`TLS and QUIC cannot be loaded: ${reason}.`)
  }
}

export function unavailable(sentence: string): XrbenchError {
  return environmentError('XRB_TRANSPORT_UNAVAILABLE', sentence, INSTALL)
}

/**
 * The addon with the endpoints of both files: `new Endpoint(spec)` takes the one that has the transport.
 * What `load` throws becomes a {@link NativeFault} with the code `UNSUPPORTED`.
 */
export function withSecure(core: Addon, load: () => SecureAddon): Addon {
  const Endpoint = new Proxy(core.Endpoint, {
    construct: (Core, [spec]) => {
      const Native = isSecure(spec?.transport) ? endpointOf(load) : Core
      return new Native(spec)
    },
  })
  return { ...core, Endpoint }
}

function endpointOf(load: () => SecureAddon): Addon['Endpoint'] {
  try {
    return load().Endpoint
  } catch (error) {
    if (!(error instanceof XrbenchError)) throw error
    const fault: Omit<NativeFault, 'message'> = { code: 'UNSUPPORTED', op: 'load', errno: 0 }
    throw Object.assign(new Error(error.message), fault)
  }
}
