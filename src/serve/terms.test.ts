import { expect, it } from 'vitest'
import { termsOf } from './terms.js'

it.each([
  [16, '0.0.0.0', 8],
  [3, '192.0.2.1', 2],
  [1, '::', 1],
  [16, '127.0.0.1', 16],
  [16, '::1', 16],
])('of %i sessions at %s one address has %i', (all, host, ofOne) => {
  expect(termsOf({ maxSessions: all }, host).places).toEqual({ all, perOrigin: ofOne })
})
