import { expect, it } from 'vitest'
import { TRANSPORT_NAMES } from '../plan/case.js'
import { requireTransport, transportCapabilities } from './capabilities.js'

it('says of every transport whether it can be measured here', () => {
  const found = transportCapabilities()
  expect(found.map(({ transport }) => transport)).toEqual([...TRANSPORT_NAMES])
  const available = found.flatMap((c) => (c.available ? [c.transport] : []))
  expect(available).toEqual(['tcp', 'udp'])
})

it.each(['quic', 'tls'] as const)('refuses %s by name', (transport) => {
  const refusal = expect.objectContaining({ code: 'XRB_TRANSPORT_UNAVAILABLE', exitCode: 3 })
  expect(() => requireTransport(transport)).toThrow(refusal)
  expect(() => requireTransport(transport)).toThrow(
    `Transport '${transport}' is not in this version.`,
  )
})

it.each(['tcp', 'udp'] as const)('lets %s pass', (transport) => {
  expect(() => requireTransport(transport)).not.toThrow()
})
