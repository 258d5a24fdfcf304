import { readFileSync } from 'node:fs'
import { environmentError } from '../errors.js'
import type { Case } from '../plan/case.js'
import type { PlanRequest } from '../plan/request.js'
import { allowedCpus } from '../session/endpoint/cpus.js'
import { requireKernelTls } from '../transports/kernel-tls.js'

/**
 * What can be known to fail on this machine is refused before anything starts.
 * @throws {XrbenchError} exit 3
 */
export function checkMachine(plan: Pick<PlanRequest, 'pin' | 'socket'>, isLocal: boolean): void {
  if (typeof plan.pin === 'object') {
    checkCpus('client', plan.pin.client)
    if (isLocal) checkCpus('server', plan.pin.server)
  }
  checkCongestion(plan.socket.congestionControl)
  if (plan.socket.mptcp) checkMptcp()
}

/**
 * The same of what depends on the cases: those that are to be measured here.
 * @throws {XrbenchError} exit 3
 */
export function checkCases(cases: readonly Case[]): void {
  for (const { transport, place, parameters } of cases) {
    if (transport !== 'tls' || place !== 'host') continue
    if (parameters.tls?.kernel === 'on') requireKernelTls(parameters.tls.cipher)
  }
}

function checkCpus(end: 'client' | 'server', cpus: readonly number[]): void {
  const allowed = allowedCpus()
  const missing = cpus.find((cpu) => !allowed.includes(cpu))
  if (missing === undefined) return
  throw environmentError(
    'XRB_NO_CPU',
    `CPU ${missing}, asked for the ${end}, may not be used by this process.`,
    `CPUs that may be used: ${allowed.join(',')}`,
  )
}

/** /proc/sys/net/mptcp/enabled (Documentation/networking/mptcp-sysctl.rst). */
function checkMptcp(): void {
  const enabled = read('/proc/sys/net/mptcp/enabled')
  if (enabled?.[0] === '1') return
  throw environmentError(
    'XRB_NO_MPTCP',
    enabled === null ? 'This kernel has no Multipath TCP.' : 'Multipath TCP is switched off here.',
    enabled === null
      ? 'leave out --mptcp, or use a kernel built with CONFIG_MPTCP (5.6 or newer)'
      : 'sudo sysctl net.mptcp.enabled=1',
  )
}

function checkCongestion(name: string | null): void {
  if (name === null) return
  const available = read('/proc/sys/net/ipv4/tcp_available_congestion_control')
  if (available === null || available.includes(name)) return
  throw environmentError(
    'XRB_NO_CONGESTION_CONTROL',
    `The kernel does not have the congestion control '${name}'.`,
    `available: ${available.join(', ')}; or load it: sudo modprobe tcp_${name}`,
  )
}

function read(path: string): string[] | null {
  try {
    return readFileSync(path, 'utf8').trim().split(/\s+/)
  } catch {
    return null
  }
}
