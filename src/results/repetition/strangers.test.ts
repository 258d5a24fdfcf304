import { expect, test } from 'vitest'
import { caseOf, streamReport } from '../fixtures/reports.js'
import { repetitionSchema } from '../schema/schema.js'
import { buildRepetition } from './repetition.js'
import type { RepetitionReport } from './report.js'

const udpStream = caseOf('udp', 'stream', { messageSizeBytes: 1_000 })
const report = (lost = 0) => streamReport({ messagesPerSec: 1_000, sizeBytes: 1_000, lost })

function withStrangers(of: RepetitionReport, client?: number, server?: number): RepetitionReport {
  if (of.client.outcome) of.client.outcome.strangers = client
  if (of.server.outcome) of.server.outcome.strangers = server
  return of
}

test('strangers of both ends are told, and make a repetition doubtful', () => {
  const visited = buildRepetition(udpStream, 0, 0, withStrangers(report(), 0, 12))
  expect(visited.strangers).toEqual({ client: 0, server: 12 })
  expect(visited.flags).toContain('strangers')
  expect(repetitionSchema.parse(visited)).toEqual(visited)
  const alone = buildRepetition(udpStream, 0, 0, withStrangers(report(), 0, 0))
  expect(alone.strangers).toEqual({ client: 0, server: 0 })
  expect(alone.flags).not.toContain('strangers')
})

test('nothing is said of ends that do not count them', () => {
  const older = buildRepetition(udpStream, 0, 0, report())
  expect(older).not.toHaveProperty('strangers')
  expect(older.flags).not.toContain('strangers')
  expect(buildRepetition(udpStream, 0, 0, withStrangers(report(), 3)).strangers).toEqual({
    client: 3,
    server: null,
  })
})

test('more messages than were sent, lost ones included, are told', () => {
  const flagsWith = (lost: number) => buildRepetition(udpStream, 0, 0, report(lost)).flags
  // What was under way while the ends were asked one after the other may be in it.
  for (const lost of [0, 50, 1_000]) expect(flagsWith(lost)).not.toContain('more-than-sent')
  for (const lost of [1_001, 2 ** 30]) expect(flagsWith(lost)).toContain('more-than-sent')
})
