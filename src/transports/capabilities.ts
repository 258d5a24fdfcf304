import type { Addon } from '../addon/addon.js'
import { loadAddon, loadSecureAddon } from '../addon/load.js'
import type { SecureTransport } from '../addon/load-secure.js'
import { environmentError, XrbenchError } from '../errors.js'
import { TRANSPORT_NAMES, type TransportName } from '../plan/case.js'
import { explainRdmaFault, hintForPort } from '../rdma/explain-fault.js'

/** Whether a transport can be measured here, and if not, why and what to do. */
export type Capability =
  | { transport: TransportName; available: true }
  | {
      transport: TransportName
      available: false
      code: `XRB_${string}`
      reason: string
      hint: string | null
    }

/** Every transport a user can name, in the order of `TRANSPORT_NAMES`. Loads the addon; never throws. */
export function transportCapabilities(): Capability[] {
  const addon = tryAddon()
  return TRANSPORT_NAMES.map((transport) => capability(transport, addon))
}

/** @throws {XrbenchError} (exit 3) with the capability's code, reason and hint when `transport` is not available here */
export function requireTransport(transport: TransportName): void {
  const found = capability(transport, tryAddon())
  if (!found.available) throw environmentError(found.code, found.reason, found.hint ?? undefined)
}

function capability(transport: TransportName, addon: Addon | XrbenchError): Capability {
  switch (transport) {
    case 'rdma':
      return rdma(addon)
    case 'quic':
    case 'tls':
      return secure(transport)
    case 'quic:openssl':
      return quicOpenssl(addon)
    default:
      return builtIn(transport, addon)
  }
}

/** In an addon file of its own, which loads where its libraries are. */
function secure(transport: SecureTransport): Capability {
  try {
    loadSecureAddon(transport)
    return { transport, available: true }
  } catch (error) {
    if (!(error instanceof XrbenchError)) throw error
    const { code, message: reason, hint } = error
    return { transport, available: false, code, reason, hint: hint ?? null }
  }
}

function builtIn(transport: TransportName, addon: Addon | XrbenchError): Capability {
  if (addon instanceof XrbenchError) {
    const { code, message: reason, hint } = addon
    return { transport, available: false, code, reason, hint: hint ?? null }
  }
  if (addon.build.transports.includes(transport)) return { transport, available: true }
  return unavailable(transport, `The native addon was built without '${transport}'.`)
}

/** Found in the process, if its OpenSSL is 3.5 or newer and shows all of itself. */
function quicOpenssl(addon: Addon | XrbenchError): Capability {
  const transport = 'quic:openssl'
  const found = builtIn(transport, addon)
  if (!found.available || addon instanceof XrbenchError) return found
  const { version, missing } = addon.openssl
  if (missing === null) return found
  const which = version === '' ? '' : ` ${version}`
  return {
    transport,
    available: false,
    code: 'XRB_TRANSPORT_UNAVAILABLE',
    reason: `This Node.js (${process.version}) has no QUIC in its OpenSSL${which}; Node.js 22 or newer has.`,
    hint: 'use Node.js 22 or newer',
  }
}

/** With the device that would be used first. */
function rdma(addon: Addon | XrbenchError): Capability {
  if (addon instanceof XrbenchError) return builtIn('rdma', addon)
  const { ports, problem } = addon.rdmaDevices()
  if (ports.some(({ state }) => state === 'active')) return { transport: 'rdma', available: true }
  if (problem !== null) {
    const meaning = explainRdmaFault(problem)
    return notNow(problem.message, meaning?.hint ?? null)
  }
  const states = ports.map((one) => `${one.device} port ${one.port} is ${one.stateWithReason}`)
  return notNow(`no RDMA port is active: ${states.join(', ')}`, hintForPort(states.join(', ')))
}

function notNow(reason: string, hint: string | null): Capability {
  const code = 'XRB_RDMA_UNAVAILABLE'
  return { transport: 'rdma', available: false, code, reason: sentence(reason), hint }
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}

function unavailable(transport: TransportName, reason: string): Capability {
  const hint = '--transport tcp,udp'
  return { transport, available: false, code: 'XRB_TRANSPORT_UNAVAILABLE', reason, hint }
}

function tryAddon(): Addon | XrbenchError {
  try {
    return loadAddon()
  } catch (error) {
    if (error instanceof XrbenchError) return error
    throw error
  }
}
