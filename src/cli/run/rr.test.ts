import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CompareDocument } from '../../compare/schema.js'
import { TRANSPORT_NAMES } from '../../plan/transports.js'
import type { ResultDocument } from '../../results/schema/schema.js'
import { WIRES } from '../../transports/fixtures/wires.js'
import { expectRefusal, type Refusal } from '../fixtures/refusal.js'
import { runCli } from '../fixtures/spawn-cli.js'
import { expectValid } from '../fixtures/valid-result.js'

/** Requests and answers of different sizes. */

let folder: string
let output: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'xrbench-rr-'))
  output = join(folder, 'out.json')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const here = WIRES.map(({ transport }) => transport as string)
const transports = TRANSPORT_NAMES.filter((one) => here.includes(one))

describe('rr', () => {
  test('over every transport that has it: a row with its figures, and a valid result', async () => {
    const { code, stdout, stderr } = await runCli([
      ...['run', '-q', '-t', transports.join(','), '-w', 'rr', '--verify'],
      ...['--size', '64', '--response-size', '1k', '--inflight', '4'],
      ...['-n', '400', '-r', '2', '--warmup', '0', '-o', output],
    ])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const document: ResultDocument = JSON.parse(readFileSync(output, 'utf8'))
    expectValid(document)
    expect(document.cases.map(({ transport }) => transport)).toEqual(transports)
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      'A message of rr is a request with its answer.',
    )
    for (const c of document.cases) {
      // A long name takes several lines.
      expect(stdout).toContain(`${c.transport}/rr/64B/block/`)
      expect(c.key).toMatch(/\/rr\/64B\/block\/response=1KiB\/inflight=4/)
      expect(c.parameters.requested).toMatchObject({ responseSizeBytes: 1024, inflight: 4 })
      // 40 B in front of each message, and 16 B in front of each datagram.
      expect(c.parameters.effective.client?.headerBytes).toBe(c.transport === 'udp' ? 56 : 40)
      for (const { messages, bytes, latency, loss, throughput } of c.repetitions) {
        expect((messages ?? 0) + (loss?.lost ?? 0)).toBe(400)
        expect(bytes).toBe((messages ?? 0) * 1024)
        expect(latency).toMatchObject({ spans: 'round-trip', count: messages })
        expect(throughput?.measuredAt).toBe('initiator')
      }
    }
  })

  test.each(transports.filter((one) => one === 'quic'))(
    'over %s: one stream for all messages, a stream for each, DATAGRAM frames',
    async (quic) => {
      const ways = ['stream', 'stream-each', 'datagram']
      const { code, stderr } = await runCli([
        ...['run', '-q', '-t', quic, '-w', 'rr', '--quic-messages', ways.join(','), '--verify'],
        ...['--size', '64', '--response-size', '3k', '--inflight', '16'],
        ...['-n', '400', '-r', '1', '--warmup', '0', '-o', output],
      ])
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      const document: ResultDocument = JSON.parse(readFileSync(output, 'utf8'))
      expectValid(document)
      expect(document.cases.map(({ key }) => key)).toEqual(
        ways.map((way) => `quic/rr/64B/block/response=3KiB/inflight=16/${way}/verify`),
      )
      for (const [i, { parameters, repetitions }] of document.cases.entries()) {
        const { requested, effective } = parameters
        expect(requested.quic?.messages).toBe(ways[i])
        const isLossy = ways[i] === 'datagram'
        for (const end of [effective.client, effective.server]) {
          expect(end?.quic).toMatchObject({ messages: ways[i], sharesPackets: !isLossy })
        }
        // A stream says by itself where its message ends: no head is longer for it.
        expect(effective.client?.headerBytes).toBe(isLossy ? 56 : 40)
        for (const { messages, latency, loss } of repetitions) {
          expect(loss === null).toBe(!isLossy)
          expect((messages ?? 0) + (loss?.lost ?? 0)).toBe(400)
          expect(latency?.count).toBe(messages)
        }
      }
    },
  )

  test('is compared by its latency with the same of another file', async () => {
    const run = ['run', '-q', '-t', 'tcp', '-w', 'rr', '-n', '300', '-r', '2', '--warmup', '0']
    const other = join(folder, 'other.json')
    for (const file of [output, other]) {
      expect(await runCli([...run, '-o', file])).toMatchObject({ code: 0 })
    }
    const alike = await runCli(['compare', output, other, '--json'])
    const { comparisons }: CompareDocument = JSON.parse(alike.stdout)
    const [pair] = comparisons[0]?.pairs ?? []
    expect(pair?.rows.map(({ metric }) => metric)).toEqual(
      expect.arrayContaining(['p50', 'throughput']),
    )
    // Asked otherwise, it is another case.
    expect(await runCli([...run, '--inflight', '2', '-o', other])).toMatchObject({ code: 0 })
    const otherwise = await runCli(['compare', output, other])
    expect(otherwise).toMatchObject({ code: 2 })
    expect(otherwise.stderr).toContain('tcp/rr/64B/block/inflight=2')
  })
})

const RUN = ['run', '-n', '1', '-r', '1', '--quiet']
const REFUSALS: Record<string, Refusal> = {
  'a size of answers without rr': {
    args: [...RUN, '-t', 'tcp', '--response-size', '1k'],
    error: /^--response-size would change nothing: it needs rr, and none is measured\./,
    hint: /--workload rr/,
  },
  'requests under way without rr': {
    args: [...RUN, '-t', 'tcp', '-w', 'stream', '--inflight', '2'],
    error: /^--inflight would change nothing: it needs rr/,
    hint: /--workload rr/,
  },
  'no requests under way': {
    args: [...RUN, '-t', 'tcp', '-w', 'rr', '--inflight', '0'],
    error: /^--inflight/,
    hint: /./,
  },
  'too many': {
    args: [...RUN, '-t', 'tcp', '-w', 'rr', '--inflight', '4097'],
    error: /^--inflight/,
    hint: /./,
  },
  'an answer of nothing': {
    args: [...RUN, '-t', 'tcp', '-w', 'rr', '--response-size', '0'],
    error: /^--response-size: '0' is outside 1B to 64MiB\./,
    hint: /^--response-size 1B$/,
  },
  'a time for answers where none is lost': {
    args: [...RUN, '-t', 'tcp', '-w', 'rr', '--message-timeout', '5ms'],
    error: /^--message-timeout would change nothing: it needs a ping-pong or rr that can lose/,
    hint: /^leave it out$/,
  },
}

describe('refused before anything starts', () => {
  test.each(Object.entries(REFUSALS))('%s', (_, refusal) => {
    const empty = join(folder, 'empty')
    mkdirSync(empty)
    return expectRefusal(refusal, empty)
  })
})
