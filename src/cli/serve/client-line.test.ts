import type { NetworkInterfaceInfo } from 'node:os'
import { expect, it } from 'vitest'
import { clientLine, reachedAs } from './client-line.js'

const at = (address: string, internal = false) => ({ address, internal }) as NetworkInterfaceInfo

it.each([
  ['192.0.2.7', 28470, '192.0.2.7'],
  ['192.0.2.7', 99, '192.0.2.7:99'],
  ['2001:db8::7', 28470, '2001:db8::7'],
  ['2001:db8::7', 99, '[2001:db8::7]:99'],
])('%s, port %i, is reached as %s', (host, port, name) => {
  expect(reachedAs({ host, port })).toBe(name)
})

it('of all addresses the first that leads beyond this machine', () => {
  const v6 = [at('fe80::1'), at('2001:db8::7')]
  const machine = { lo: [at('127.0.0.1', true), at('::1', true)], eth0: [...v6, at('192.0.2.7')] }
  expect(reachedAs({ host: '0.0.0.0', port: 28470 }, machine)).toBe('192.0.2.7')
  expect(reachedAs({ host: '::', port: 99 }, machine)).toBe('192.0.2.7:99')
  expect(reachedAs({ host: '::', port: 99 }, { eth0: v6 })).toBe('[2001:db8::7]:99')
  expect(reachedAs({ host: '0.0.0.0', port: 28470 }, {})).not.toBe('')
})

it.each([
  ['keys/lab key', "xrbench run --peer 192.0.2.7 --key-file 'lab key'"],
  ["/etc/o'b", "xrbench run --peer 192.0.2.7 --key-file 'o'\\''b'"],
  ['-', 'xrbench run --peer 192.0.2.7 --key-file xrbench.key'],
])('the line can be pasted: key in %s', (keyFile, line) => {
  expect(clientLine({ host: '192.0.2.7', port: 28470 }, keyFile)).toBe(line)
})
