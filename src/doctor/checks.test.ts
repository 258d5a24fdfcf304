import { expect, test } from 'vitest'
import { addonCheck, clockCheck, cpuCheck, environmentChecks, transportCheck } from './checks.js'

type EnvironmentFacts = Parameters<typeof environmentChecks>[0]

const facts = (changes: {
  governors?: string[] | null
  hypervisor?: boolean | null
  kind?: string | null
  lockedMemoryBytes?: number | null
  bufferBytes?: string
}) => {
  const { governors = null, hypervisor = false, kind = null, lockedMemoryBytes = null } = changes
  const sysctls: Record<string, string> =
    changes.bufferBytes === undefined
      ? {}
      : { 'net.core.rmem_max': changes.bufferBytes, 'net.core.wmem_max': changes.bufferBytes }
  return environmentChecks({
    cpu: { governors },
    virtualisation: { hypervisor, kind },
    limits: { lockedMemoryBytes },
    sysctls,
  } as EnvironmentFacts)
}

const states = (checks: readonly { state: string }[]): string[] => checks.map(({ state }) => state)

test('a machine made for measuring gives no doubt', () => {
  const checks = facts({ governors: ['performance'], bufferBytes: `${16 << 20}` })
  expect(states(checks)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok'])
})

test('what makes results doubtful has a hint that can be pasted', () => {
  const [governor, hypervisor, memlock, receive, send] = facts({
    governors: ['powersave', 'schedutil'],
    hypervisor: true,
    kind: 'kvm',
    lockedMemoryBytes: 8 << 20,
    bufferBytes: '212992',
  })
  expect(governor).toMatchObject({ state: 'doubt', hint: expect.stringContaining('performance') })
  expect(hypervisor).toMatchObject({ state: 'doubt', finding: expect.stringContaining('kvm') })
  expect(memlock).toMatchObject({ state: 'ok', hint: 'ulimit -l unlimited' })
  expect(receive?.finding).toContain('at most 208KiB (net.core.rmem_max)')
  expect(send?.hint).toBe('sudo sysctl -w net.core.wmem_max=4194304')
})

test('what the machine does not tell is unknown, not fine', () => {
  const [governor, hypervisor, , receive] = facts({ hypervisor: null })
  expect(states([governor, hypervisor, receive].flatMap((check) => check ?? []))).toEqual([
    'unknown',
    'unknown',
    'unknown',
  ])
})

test('one CPU cannot be shared fairly', () => {
  expect(cpuCheck([0])).toMatchObject({ state: 'doubt' })
  expect(cpuCheck([0, 1, 5]).finding).toContain('client on CPU 5, the server on CPU 1')
})

test('a slow clock is a doubt', () => {
  const clock = { source: 'tsc', readingCostNs: 12.4, resolutionNs: 1, driftPpm: null } as const
  expect(clockCheck(clock)).toMatchObject({
    state: 'ok',
    finding: expect.stringContaining('12 ns'),
  })
  expect(clockCheck({ ...clock, source: 'monotonic-raw', readingCostNs: 800 }).state).toBe('doubt')
})

test('a sanitizer build is a doubt', () => {
  const build = { version: '1', compiler: 'gcc 12', flags: '', sanitizer: null, transports: [] }
  expect(addonCheck(build).state).toBe('ok')
  expect(addonCheck({ ...build, sanitizer: 'address' })).toMatchObject({
    state: 'doubt',
    hint: 'npm run build',
  })
})

test('a transport that cannot be measured says why, and what to do', () => {
  const check = transportCheck(
    {
      transport: 'quic',
      available: false,
      code: 'XRB_TRANSPORT_UNAVAILABLE',
      reason: "Transport 'quic' is not in this version.",
      hint: '--transport tcp,udp',
    },
    true,
    null,
  )
  expect(check).toMatchObject({ name: 'quic', state: 'no', hint: '--transport tcp,udp' })
})

test('QUIC is in doubt where a device carries less than it needs', () => {
  const links = [
    { name: 'eth0', mtuBytes: 1500 },
    { name: 'wg0', mtuBytes: 1200 },
  ]
  const check = (transport: 'quic' | 'tcp', devices: typeof links) =>
    transportCheck({ transport, available: true }, true, null, devices)
  expect(check('quic', links)).toMatchObject({
    state: 'doubt',
    finding: 'can be measured, but not over wg0 (MTU 1200 B): QUIC needs 1228 B',
  })
  expect(check('tcp', links).state).toBe('ok')
  expect(check('quic', [{ name: 'wg0', mtuBytes: 1228 }]).state).toBe('ok')
})

test('without an IPv6 address none is promised', () => {
  expect(transportCheck({ transport: 'tcp', available: true }, true, null).finding).toMatch(
    /IPv4 and IPv6$/,
  )
  expect(transportCheck({ transport: 'tcp', available: true }, false, null).finding).toContain(
    'no IPv6',
  )
})

test('RDMA can be measured where there is any way to a device', () => {
  const capability = {
    transport: 'rdma',
    available: false,
    code: 'XRB_RDMA_UNAVAILABLE',
    reason: 'There is no RDMA device.',
    hint: null,
  } as const
  expect(transportCheck(capability, true, 'in the lab')).toMatchObject({
    state: 'ok',
    finding: 'can be measured in the lab',
  })
  expect(transportCheck(capability, true, null)).toMatchObject({ state: 'no' })
})
