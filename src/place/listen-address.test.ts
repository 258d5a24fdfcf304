import { describe, expect, it } from 'vitest'
import { parseListenAddress } from './listen-address.js'

const parse = (text: string) => parseListenAddress(text, '--listen', 28470)

describe('parseListenAddress', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1', 28470],
    ['127.0.0.1:0', '127.0.0.1', 0],
    ['127.1.2.3:99', '127.1.2.3', 99],
    ['localhost:99', '127.0.0.1', 99],
    [':99', '127.0.0.1', 99],
    ['::1', '::1', 28470],
    ['[::1]', '::1', 28470],
    ['[::1]:99', '::1', 99],
  ])('%s', (text, host, port) => {
    expect(parse(text)).toEqual({ host, port })
  })

  it.each(['0.0.0.0', '[::]:1', '192.0.2.1:99', '2001:db8::1', '128.0.0.1'])(
    '%s needs a key',
    (text) => {
      expect(() => parse(text)).toThrow(
        expect.objectContaining({ code: 'XRB_LISTEN', exitCode: 2 }),
      )
      expect(() => parse(text)).toThrow(/a key of yours is needed/)
    },
  )

  it.each([
    ['0.0.0.0', '0.0.0.0', 28470],
    ['192.0.2.1:99', '192.0.2.1', 99],
    ['[2001:db8::1]:99', '2001:db8::1', 99],
  ])('%s is served with a key', (text, host, port) => {
    expect(parseListenAddress(text, '--listen', 28470, true)).toEqual({ host, port })
  })

  it.each([
    '',
    'host',
    '127.0.0.1:',
    '127.0.0.1:65536',
    '127.0.0.1:x',
    '127.1',
    '[::1',
    '1:2:3',
    '::1:0:x',
  ])("'%s' is no address", (text) => {
    expect(() => parse(text)).toThrow(
      expect.objectContaining({ code: 'XRB_BAD_ADDRESS', exitCode: 2 }),
    )
  })
})
