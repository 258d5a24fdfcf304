import { expect, it } from 'vitest'
import { caseOf, pingPongReport, streamReport } from '../fixtures/reports.js'
import { repetitionSchema } from '../schema/schema.js'
import { buildRepetition } from './repetition.js'
import type { RepetitionReport, SoFar } from './report.js'

const SO_FAR: SoFar = { durationNs: 2e9, messages: 500, bytes: 32_000, lost: 7 }

/** `end` is gone before it could report, and has said so much. */
function gone(
  report: RepetitionReport,
  end: 'client' | 'server',
  soFar: SoFar | null = SO_FAR,
): RepetitionReport {
  const failure = { code: 'XRB_PEER_LOST', exitCode: 4, message: 'Gone.', hint: null }
  const told = { client: null, server: null, [end]: soFar }
  return {
    ...report,
    status: 'failed',
    failure,
    [end]: { ...report[end], outcome: null },
    soFar: told,
  }
}

const stream = () => streamReport({ messagesPerSec: 1_000, sizeBytes: 64 })

it('keeps what a receiver that is gone said on the way', () => {
  const c = caseOf('tcp', 'stream')
  const kept = repetitionSchema.parse(buildRepetition(c, 0, 0, gone(stream(), 'server')))
  expect(kept).toMatchObject({ status: 'failed', durationNs: 2e9, messages: 500, bytes: 32_000 })
  expect(kept.throughput).toMatchObject({
    goodputBitsPerSec: 128_000,
    messagesPerSec: 250,
    perDirection: { up: { messagesPerSec: 250 }, down: null },
  })
  expect(kept.intervals).toMatchObject([{ startNs: 0, durationNs: 2e9, bytes: 32_000 }])
  // Nobody has said what it cost.
  expect(kept.cpu).toEqual({ client: null, server: null })
})

it('knows of no losses by kind', () => {
  const c = caseOf('udp', 'stream')
  expect(buildRepetition(c, 0, 0, gone(stream(), 'server')).loss).toBeNull()
})

it('keeps the round trips of a client that is gone, but not how long they took', () => {
  const report = gone(pingPongReport({ rounds: 1_000, bodyNs: 9_000 }), 'client')
  const kept = repetitionSchema.parse(buildRepetition(caseOf('tcp', 'ping-pong'), 0, 0, report))
  expect(kept).toMatchObject({ messages: 500, bytes: 32_000, latency: null })
})

it.each([
  ['an end that decides nothing', 'stream', 'client', SO_FAR],
  ['a server of a ping-pong', 'ping-pong', 'server', SO_FAR],
  ['nothing said', 'stream', 'server', null],
] as const)('has nothing of %s', (_, workload, end, soFar) => {
  const whole = workload === 'stream' ? stream() : pingPongReport({ rounds: 1_000, bodyNs: 9_000 })
  const other = end === 'client' ? 'server' : 'client'
  const report = gone(whole, end, soFar)
  report[other] = { ...report[other], outcome: null }
  expect(buildRepetition(caseOf('tcp', workload), 0, 0, report)).toMatchObject({
    messages: null,
    bytes: null,
    throughput: null,
  })
})

it('does not count twice what an end reports itself', () => {
  const c = caseOf('tcp', 'stream')
  const { messages } = buildRepetition(c, 0, 0, {
    ...stream(),
    soFar: { client: null, server: SO_FAR },
  })
  expect(messages).toBe(2_000)
})
