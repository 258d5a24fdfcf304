import { existsSync } from 'node:fs'
import { expect, it } from 'vitest'
import { TRANSPORT_NAMES } from '../plan/case.js'
import { requireTransport, transportCapabilities } from './capabilities.js'

/** Of what is built where its headers are. */
const hasGnutls = existsSync('/usr/include/gnutls/gnutls.h')

it('says of every transport whether it can be measured here', () => {
  const found = transportCapabilities()
  expect(found.map(({ transport }) => transport)).toEqual([...TRANSPORT_NAMES])
  const available = found.flatMap((c) => (c.available ? [c.transport] : []))
  expect(available).toEqual(expect.arrayContaining(['tcp', 'udp', ...(hasGnutls ? ['tls'] : [])]))
})

it.each(['tcp', 'udp'] as const)('lets %s pass', (transport) => {
  expect(() => requireTransport(transport)).not.toThrow()
})

it('of QUIC it says what is missing, and the line that installs it', () => {
  const quic = transportCapabilities().find(({ transport }) => transport === 'quic')
  if (quic?.available) return void expect(() => requireTransport('quic')).not.toThrow()
  expect(quic).toMatchObject({
    code: 'XRB_TRANSPORT_UNAVAILABLE',
    hint: expect.stringMatching(/^sudo apt-get install/),
  })
})
