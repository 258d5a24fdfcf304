import { describe, expect, it } from 'vitest'
import { originOf } from './origin.js'
import { Strangers, strangerLimits } from './strangers.js'

const LIMITS = { all: 4, perOrigin: 2 }

describe('of more than can be held', () => {
  it('the oldest of an address goes when its share is full', () => {
    const strangers = new Strangers(LIMITS)
    expect(strangers.add('a1', '192.0.2.1')).toBeNull()
    expect(strangers.add('b1', '192.0.2.2')).toBeNull()
    expect(strangers.add('a2', '192.0.2.1')).toBeNull()
    expect(strangers.add('a3', '192.0.2.1')).toBe('a1')
    expect(strangers.size).toBe(3)
  })

  it('the oldest of all goes when all places are taken', () => {
    const strangers = new Strangers(LIMITS)
    for (const n of [1, 2, 3, 4]) expect(strangers.add(`${n}`, `192.0.2.${n}`)).toBeNull()
    expect(strangers.add('5', '192.0.2.5')).toBe('1')
    strangers.leave('2')
    expect(strangers.add('6', '192.0.2.6')).toBeNull()
    expect(strangers.add('7', '192.0.2.7')).toBe('3')
  })

  it('who has left is not counted, and may leave again', () => {
    const strangers = new Strangers(LIMITS)
    for (let n = 0; n < 100; n++) {
      expect(strangers.add(`${n}`, '192.0.2.1')).toBeNull()
      strangers.leave(`${n}`)
      strangers.leave(`${n}`)
    }
    expect(strangers.size).toBe(0)
  })
})

it.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80::1%eth0'],
  ['fe80::2%eth0', 'fe80::2%eth0'],
  ['fe80::1%Eth0', 'fe80::1%Eth0'],
  ['FEBF::1', 'febf::1'],
  ['fec0::1%eth0', 'fec0:0:0:0::/64'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::6', '2001:db8:1:2::/64'],
  ['', ''],
])('%s has the origin %s', (address, origin) => {
  expect(originOf(address)).toBe(origin)
})

it.each([
  [null, 1024, 256],
  [1_048_576, 1024, 256],
  [400, 200, 50],
  [10, 8, 4],
])('with %s descriptors there are %i places, and %i of an address', (openFiles, all, perOrigin) => {
  expect(strangerLimits(openFiles)).toEqual({ all, perOrigin })
})
