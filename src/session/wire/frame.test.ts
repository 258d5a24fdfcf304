import { describe, expect, it } from 'vitest'
import { asTold, mutated } from '../../fixtures/mutated.js'
import { fc, fuzzRuns } from '../../fixtures/property.js'
import { streamReport } from '../../results/fixtures/reports.js'
import { remoteParameters } from '../endpoint/spec.js'
import { testCase } from '../fixtures/case.js'
import { HELLO } from '../fixtures/raw-peer.js'
import { agentMessageSchema } from './agent-messages.js'
import { clientMessageSchema } from './client-messages.js'
import { encodeFrame, FrameReader } from './frame.js'

const LIMIT = 1024
const RUNS = fuzzRuns(200)

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
      { numRuns: RUNS },
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
      { numRuns: RUNS },
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

const FROM_CLIENT = [
  ...[HELLO, { type: 'start' }, { type: 'finish' }, { type: 'turn', planMs: 1000 }],
  {
    ...{ type: 'prepare', transport: 'tcp', workload: 'ping-pong' },
    parameters: remoteParameters(testCase(), 'server'),
  },
  { type: 'connect', blob: 'AAAAAAAAAAA=' },
  { type: 'schedule', version: 1, startNs: 1e18 },
]
const counts = { messages: 5, bytes: 320 }
const FROM_AGENT = [
  { type: 'turn', limits: { durationNs: 1e9, rateBitsPerSec: null } },
  { type: 'waiting', place: 1, aboutMs: null },
  { type: 'refused', code: 'XRB_PEER_LIMIT', message: 'Not today.', hint: null },
  { type: 'clock', nowNs: 1e15, clockId: 'another' },
  { type: 'sample', atNs: 1e15, ...counts, waitingBytes: 0 },
  { type: 'so-far', durationNs: 1e9, ...counts, lost: 0 },
  {
    type: 'finished',
    report: asTold(streamReport({ messagesPerSec: 10, sizeBytes: 64 }).server),
  },
]

describe('a message that is changed somewhere', () => {
  it.each([
    ['a client', FROM_CLIENT, clientMessageSchema],
    ['an agent', FROM_AGENT, agentMessageSchema],
  ] as const)('of %s is refused, or taken as what it is', (_whose, messages, schema) => {
    const seen = { taken: 0, refused: 0 }
    fc.assert(
      fc.property(fc.oneof(...messages.map((one) => mutated(one))), (message) => {
        const reader = new FrameReader(1 << 23)
        reader.push(encodeFrame(message, 1 << 23))
        const checked = schema.safeParse(reader.next()?.message)
        seen[checked.success ? 'taken' : 'refused'] += 1
        if (!checked.success) return
        const again = JSON.parse(JSON.stringify(checked.data))
        expect(again).toEqual(checked.data)
        expect(schema.safeParse(again)).toEqual(checked)
      }),
      { numRuns: RUNS },
    )
    expect(Math.min(seen.taken, seen.refused)).toBeGreaterThan(0)
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
