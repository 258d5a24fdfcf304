import { describe, expect, it } from 'vitest'
import { caseOf, linkOf, markAt, pingPongReport, streamReport } from '../fixtures/reports.js'
import { implausible } from './plausible.js'
import type { RepetitionReport } from './report.js'

const c = caseOf('udp', 'stream')
const stream = () => streamReport({ messagesPerSec: 1e6, sizeBytes: 64 })
const linksOf = (report: RepetitionReport, end: 'client' | 'server') => {
  const links = report[end].outcome?.links
  if (links === undefined) throw new Error('no links')
  return links
}

/** The last mark of the agent's first link, with other counts. */
function changed(report: RepetitionReport, change: Parameters<typeof markAt>[1]): RepetitionReport {
  const [link] = linksOf(report, 'server')
  const last = link?.marks.at(-1)
  if (link === undefined || last === undefined) throw new Error('no marks')
  linksOf(report, 'server')[0] = {
    ...link,
    marks: [...link.marks.slice(0, -1), { ...last, ...change }],
  }
  return report
}

it('takes what two honest ends say', () => {
  expect(implausible(c, stream())).toBeNull()
  expect(implausible(c, streamReport({ messagesPerSec: 1e6, sizeBytes: 64, lost: 900 }))).toBeNull()
  expect(implausible(c, pingPongReport({ rounds: 1_000, bodyNs: 9_000 }))).toBeNull()
})

it('takes a part of a report where a repetition failed', () => {
  const report = { ...stream(), status: 'failed' } as RepetitionReport
  linksOf(report, 'server').length = 0
  expect(implausible(c, report)).toBeNull()
})

describe('what cannot be', () => {
  it('no links', () => {
    const report = stream()
    linksOf(report, 'server').length = 0
    expect(implausible(c, report)).toMatch(/0 links of 1 as receiver/)
  })

  it('links of another role', () => {
    const report = pingPongReport({ rounds: 1_000, bodyNs: 9_000 })
    linksOf(report, 'server')[0] = linkOf('sender', [markAt(0), markAt(2)])
    expect(implausible(c, report)).toMatch(/as responder/)
  })

  it('nothing at all', () => {
    const report = stream()
    report.server = { ...report.server, outcome: null }
    expect(implausible(c, report)).toMatch(/nothing/)
  })

  it('more than was sent, lost ones included', () => {
    expect(implausible(c, changed(stream(), { messages: 3_000_000 }))).toMatch(
      /than this end has sent/,
    )
    expect(implausible(c, changed(stream(), { lost: 1e15 }))).toMatch(/than this end has sent/)
  })

  it('more than was sent, whatever its clock says of the time', () => {
    const rogue = { ...changed(stream(), { messages: 4_000_000 }), window: { skewNs: 1e18 } }
    expect(implausible(c, rogue)).toMatch(/than this end has sent/)
    // It did go on for longer, as one whose machine was suspended.
    const late = { ...rogue, totalNs: rogue.totalNs + 10e9 }
    expect(implausible(c, late)).toBeNull()
  })

  it('less than arrived', () => {
    const { client, server, ...rest } = stream()
    // The other way round: this end receives.
    const report = { ...rest, client: server, server: client }
    expect(implausible(c, report)).toBeNull()
    expect(implausible(c, changed(report, { messages: 200_001 }))).toMatch(/less than arrived/)
  })

  it('what was told on the way, of an agent that is gone', () => {
    const { server, ...rest } = stream()
    const gone = { ...rest, status: 'failed' as const, server: { ...server, outcome: null } }
    const soFar = (messages: number) => ({
      client: null,
      server: { durationNs: 1e9, messages, bytes: messages * 64, lost: 0 },
    })
    expect(implausible(c, { ...gone, soFar: soFar(1e6) })).toBeNull()
    expect(implausible(c, { ...gone, soFar: soFar(3e6) })).toMatch(/than this end has sent/)
    expect(implausible(c, { ...gone, soFar: soFar(3e12) })).toMatch(/the time can hold/)
  })

  it('more than the time can hold', () => {
    const report = pingPongReport({ rounds: 1_000, bodyNs: 9_000 })
    expect(implausible(c, changed(report, { messages: 1e12 }))).toMatch(/the time can hold/)
    expect(implausible(c, changed(report, { bytes: 1e15 }))).toMatch(/the time can hold/)
    expect(implausible(c, changed(report, { timeNs: 1e15 }))).toMatch(/too long/)
  })
})
