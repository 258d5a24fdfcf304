import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { environmentError, XrbenchError } from '../errors.js'
import type { Addon, NativeFault } from './addon.js'

const require = createRequire(import.meta.url)

/** The addon file of a transport whose libraries not every machine has; it lies beside the other. */
export type SecureAddon = Pick<Addon, 'Endpoint'>
export type SecureTransport = 'tls' | 'quic'

/** What each needs, by Debian's names. */
const NEEDS: Readonly<Record<SecureTransport, { libraries: string; packages: string }>> = {
  tls: { libraries: 'GnuTLS', packages: 'libgnutls28-dev' },
  quic: {
    libraries: 'ngtcp2 0.12.1 or newer with GnuTLS',
    packages: 'libngtcp2-dev libngtcp2-crypto-gnutls-dev libgnutls28-dev',
  },
}

export function isSecure(transport: unknown): transport is SecureTransport {
  return transport === 'tls' || transport === 'quic'
}

/**
 * The file of `transport`, from the folder of the first. It is loaded when it is first asked for: who measures TCP never has GnuTLS in the process.
 * @throws {XrbenchError} XRB_TRANSPORT_UNAVAILABLE (exit 3) where it, or a library it needs, is not there, with the line that installs them
 */
export function loadSecure(core: string, transport: SecureTransport): SecureAddon {
  const file = join(dirname(core), `xrbench_${transport}.node`)
  const name = transport.toUpperCase()
  const { libraries, packages } = NEEDS[transport]
  const unavailable = (sentence: string) =>
    environmentError(
      'XRB_TRANSPORT_UNAVAILABLE',
      sentence,
      `sudo apt-get install -y ${packages} && npm run setup`,
    )
  if (!existsSync(file)) {
    throw unavailable(`${name} is not in this build, which found no ${libraries}.`)
  }
  try {
    return require(file) as SecureAddon
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error)
    throw unavailable(`${name} cannot be loaded: ${reason}.`)
  }
}

/**
 * The addon with the endpoints of all files: `new Endpoint(spec)` takes the one that has the transport.
 * What `load` throws becomes a {@link NativeFault} with the code `UNSUPPORTED`.
 */
export function withSecure(core: Addon, load: (transport: SecureTransport) => SecureAddon): Addon {
  const Endpoint = new Proxy(core.Endpoint, {
    construct: (Core, [spec]) => {
      const transport: unknown = spec?.transport
      const Native = isSecure(transport) ? endpointOf(() => load(transport)) : Core
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
