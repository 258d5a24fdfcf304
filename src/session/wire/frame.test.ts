import { describe, expect, it } from 'vitest'
import { fc } from '../../fixtures/property.js'
import { clientMessageSchema } from './client-messages.js'
import { encodeFrame, FrameReader } from './frame.js'

const LIMIT = 1024

function frame(length: number, body: string | Uint8Array): Buffer {
  const head = Buffer.alloc(4)
  head.writeUInt32BE(length)
  return Buffer.concat([head, Buffer.from(body as string)])
}

function readAll(reader: FrameReader): unknown[] {
  const messages: unknown[] = []
  for (let next = reader.next(); next !== undefined; next = reader.next()) {
    messages.push(next.message)
  }
  return messages
}

describe('FrameReader', () => {
  it('gives back what was encoded, however the bytes were cut', () => {
    const message = fc.jsonValue({ maxDepth: 3 })
    fc.assert(
      fc.property(fc.array(message, { maxLength: 8 }), fc.array(fc.nat(40)), (messages, cuts) => {
        const bytes = Buffer.concat(messages.map((m) => encodeFrame(m, 1 << 20)))
        const reader = new FrameReader(1 << 20)
        const got: unknown[] = []
        let at = 0
        for (const cut of cuts) {
          reader.push(bytes.subarray(at, at + cut))
          at += cut
          got.push(...readAll(reader))
        }
        reader.push(bytes.subarray(at))
        got.push(...readAll(reader))
        expect(got).toEqual(messages.map((m) => JSON.parse(JSON.stringify(m))))
        expect(reader.pendingBytes).toBe(0)
      }),
    )
  })

  it('survives any bytes: a message, an error of ours, or a wait for more', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const reader = new FrameReader(LIMIT)
        reader.push(Buffer.from(bytes))
        try {
          readAll(reader)
        } catch (error) {
          expect(error).toMatchObject({ code: 'XRB_PROTOCOL', exitCode: 4 })
        }
      }),
    )
  })

  it('refuses an oversize frame by its length alone, before the body is there', () => {
    const reader = new FrameReader(LIMIT)
    reader.push(frame(0xffff_ffff, ''))
    expect(() => reader.next()).toThrow(/4294967295 bytes is over the limit of 1024/)
  })

  it('takes a frame at the limit and none above', () => {
    const reader = new FrameReader(8)
    reader.push(frame(8, '"123456"'))
    expect(reader.next()).toEqual({ message: '123456', bytes: 8 })
    reader.push(frame(9, '"1234567"'))
    expect(() => reader.next()).toThrow(/over the limit/)
  })

  it('applies a new limit from the next frame on', () => {
    const reader = new FrameReader(4)
    reader.push(Buffer.concat([frame(4, 'null'), frame(6, '"1234"')]))
    expect(reader.next()).toMatchObject({ message: null })
    reader.maxBytes = 6
    expect(reader.next()).toMatchObject({ message: '1234' })
  })

  it('waits for the rest of a truncated frame', () => {
    const reader = new FrameReader(LIMIT)
    reader.push(frame(10, '"1234'))
    expect(reader.next()).toBeUndefined()
    expect(reader.pendingBytes).toBe(5)
  })

  it('keeps nothing of the chunks that a frame came in', () => {
    const text = Array.from({ length: 99_998 }, (_, i) => i % 10).join('')
    const reader = new FrameReader(100_000)
    const chunk = Buffer.alloc(1)
    for (const byte of frame(100_000, `"${text}"`)) {
      if (reader.next() !== undefined) throw new Error('a byte too early')
      // Whoever held on to it would have the same byte 100,000 times.
      chunk[0] = byte
      reader.push(chunk)
    }
    expect(reader.next()).toEqual({ message: text, bytes: 100_000 })
  })

  it.each([
    ['an empty frame', frame(0, '')],
    ['what is not JSON', frame(5, '{"a":')],
    ['what is not UTF-8', frame(4, new Uint8Array([0x22, 0xff, 0xfe, 0x22]))],
  ])('refuses %s', (_what, bytes) => {
    const reader = new FrameReader(LIMIT)
    reader.push(bytes)
    expect(() => reader.next()).toThrow(expect.objectContaining({ code: 'XRB_PROTOCOL' }))
  })

  it('writes typed arrays as lists', () => {
    const reader = new FrameReader(LIMIT)
    reader.push(encodeFrame({ counts: Float64Array.of(1, 2) }, LIMIT))
    expect(reader.next()).toMatchObject({ message: { counts: [1, 2] } })
  })

  it('does not send what the other end would refuse', () => {
    expect(() => encodeFrame('x'.repeat(LIMIT), LIMIT)).toThrow(/over the limit/)
  })
})

describe('a client message', () => {
  const parse = (text: string) => clientMessageSchema.safeParse(JSON.parse(text)).success

  it.each([
    ['an unknown type', '{"type":"shell"}'],
    ['no type', '{}'],
    ['a list', '[]'],
    ['an unknown key', '{"type":"start","cpu":3}'],
    ['__proto__', '{"type":"start","__proto__":{"blob":"AAAA"}}'],
    ['a blob that is no text', '{"type":"connect","blob":[1,2,3]}'],
    ['a blob that is no base64', '{"type":"connect","blob":"*"}'],
    ['a blob over 4,096 bytes', `{"type":"connect","blob":"${'A'.repeat(5468)}"}`],
    ['nesting', '['.repeat(10_000) + ']'.repeat(10_000)],
  ])('with %s is refused', (_what, text) => {
    expect(parse(text)).toBe(false)
  })

  it('leaves Object.prototype alone', () => {
    parse('{"type":"hello","protocol":1,"__proto__":{"polluted":true}}')
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })
})
