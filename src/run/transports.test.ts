import { expect, test } from 'vitest'
import { transportCapabilities } from '../transports/capabilities.js'
import { chooseTransports } from './transports.js'

const isAvailable = (name: string) =>
  transportCapabilities().some(({ transport, available }) => transport === name && available)

test('of all transports, quic:openssl is measured only in place of quic', () => {
  const { wanted, leftOut } = chooseTransports('all')
  expect(wanted).toEqual(expect.arrayContaining(['tcp', 'udp']))
  const isStandIn = isAvailable('quic:openssl') && !isAvailable('quic')
  expect(wanted.includes('quic:openssl')).toBe(isStandIn)
  expect(leftOut.map(({ transport }) => transport)).not.toContain('quic:openssl')
})

test('when it is named, it is measured, or what it takes is told', () => {
  if (isAvailable('quic:openssl')) {
    expect(chooseTransports(['quic:openssl']).wanted).toEqual(['quic:openssl'])
    return
  }
  expect(() => chooseTransports(['quic:openssl'])).toThrow(
    expect.objectContaining({
      code: 'XRB_TRANSPORT_UNAVAILABLE',
      message: expect.stringMatching(/^This Node\.js .* has no QUIC in its OpenSSL/),
      hint: 'use Node.js 22 or newer',
    }),
  )
})
