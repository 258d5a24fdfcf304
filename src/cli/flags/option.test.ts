import { Command } from '@commander-js/extra-typings'
import { afterEach, expect, test } from 'vitest'
import { withRunOptions } from '../run/flags.js'

afterEach(() => {
  delete process.env.XRBENCH_TRANSPORT
})

function read(...args: string[]) {
  return withRunOptions(new Command().exitOverride())
    .parse(args, { from: 'user' })
    .opts() as Record<string, unknown>
}

test('a list that is given again goes on', () => {
  expect(read('-t', 'tcp', '-t', 'udp,tls').transport).toBe('tcp,udp,tls')
  expect(read('-s', '64', '--size', '4k').size).toBe('64,4k')
  expect(read('-t', 'tcp').transport).toBe('tcp')
})

test('a flag stands in place of its variable, and does not go on from it', () => {
  process.env.XRBENCH_TRANSPORT = 'quic'
  expect(read().transport).toBe('quic')
  expect(read('-t', 'tcp', '-t', 'udp').transport).toBe('tcp,udp')
})

test('of what is no list the last counts', () => {
  expect(read('-d', '1s', '-d', '2s').duration).toBe('2s')
})
