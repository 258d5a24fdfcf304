import type { QuicSettings } from '../../addon/addon.js'
import type { Case } from '../../plan/case.js'
import { isLossy } from '../../plan/lossy.js'
import { mergeCounts } from '../histogram/histogram.js'
import { latencyOf } from '../histogram/latency.js'
import type { Latency, Loss, Repetition } from '../schema/schema.js'
import { connectsOf, spanOf } from './connects.js'
import { cpuOf } from './cpu.js'
import { flagsOfRepetition, type Unflagged } from './flags.js'
import { intervalsOf } from './intervals.js'
import { loadOf } from './load.js'
import { lossOf } from './loss.js'
import { type MeasuredLink, measuredLinks } from './measured-links.js'
import { namedHistogramsOf } from './named-histograms.js'
import { pathOf } from './path.js'
import type { RepetitionReport } from './report.js'
import { sentOf } from './sent.js'
import { linksSoFar } from './so-far.js'
import { starvedOf } from './starved.js'
import { strangersOf } from './strangers.js'
import { sharedNs, throughputOf } from './throughput.js'

/**
 * One repetition as the result file keeps it, from what both ends reported. Pure; whatever was measured
 * before a failure is kept, and what was not is `null`.
 */
export function buildRepetition(
  c: Case,
  index: number,
  order: number,
  report: RepetitionReport,
): Repetition {
  const soFar = linksSoFar(c, report)
  const links = [...measuredLinks(c, report), ...soFar]
  const measured = links.length > 0
  const loss = isLossy(c) && soFar.length === 0 ? lossOf(links) : null
  const total = (pick: (link: MeasuredLink) => number) =>
    measured ? links.reduce((sum, link) => sum + pick(link), 0) : null
  const unflagged: Unflagged = {
    index,
    order,
    startedAt: report.startedAt,
    totalNs: report.totalNs,
    status: report.status,
    failure: failureOf(report),
    durationNs: measured
      ? Math.max(...links.map(({ window }) => window.last.timeNs - window.first.timeNs))
      : null,
    messages: total(({ window }) => window.last.messages - window.first.messages),
    bytes: total(({ window }) => window.last.bytes - window.first.bytes),
    skewNs: report.window?.skewNs ?? null,
    warmup: report.warmup ?? warmupOf(links),
    latency: latencyOfLinks(c, links, loss),
    throughput: throughputOf(c, links),
    load: loadOf(c, links),
    ...sentOf(c, report),
    ...starvedOf(c, report),
    loss,
    ...strangersOf(report),
    cpu: {
      client: cpuOf('client', report.client, links),
      server: cpuOf('server', report.server, links),
    },
    clock: {
      client: report.client.outcome?.clock ?? null,
      server: report.server.outcome?.clock ?? null,
    },
    rdmaCounters: {
      client: report.client.rdmaCounters,
      server: report.server.rdmaCounters,
    },
    ...tcpOf(c, report),
    ...quicOf(c, report),
    ...connectsOf(c, links),
    ...namedHistogramsOf(links),
    intervals: intervalsOf(links, loss !== null),
  }
  const onLoopback = pathOf(c.transport, report) === 'loopback'
  return {
    ...unflagged,
    flags: flagsOfRepetition(c, unflagged, report, { onLoopback, sharedNs: sharedNs(links) }),
  }
}

function tcpOf({ transport }: Case, { client, server }: RepetitionReport) {
  if (transport !== 'tcp' && transport !== 'tls') return {}
  return { tcp: { client: client.outcome?.tcp ?? null, server: server.outcome?.tcp ?? null } }
}

function quicOf({ parameters: p }: Case, { client, server }: RepetitionReport) {
  if (p.quic === null && p.quicOpenssl === null) return {}
  const quic = {
    client: client.outcome?.effective.quic ?? null,
    server: server.outcome?.effective.quic ?? null,
  }
  return { quic: { ...quic, packetsLost: packetsLost(quic) } }
}

/** The library has no count of its own that all versions have: what one end sent and the other did not get was lost. */
function packetsLost({ client, server }: Record<'client' | 'server', QuicSettings | null>) {
  if (client === null || server === null) return null
  const missing = (from: QuicSettings, to: QuicSettings) =>
    Math.max(0, from.packetsSent - to.packetsReceived)
  return { up: missing(client, server), down: missing(server, client) }
}

function failureOf({ failure }: RepetitionReport): Repetition['failure'] {
  if (failure === null) return null
  const { code, message, hint } = failure
  return { code, message, hint }
}

function warmupOf(links: readonly MeasuredLink[]): Repetition['warmup'] {
  const warmups = links.flatMap(({ decider }) => decider.warmup ?? [])
  if (warmups.length === 0) return null
  const ended = (['cap', 'steady', 'none'] as const).find((how) =>
    warmups.some((warmup) => warmup.ended === how),
  )
  return {
    durationNs: Math.max(...warmups.map(({ durationNs }) => durationNs)),
    ended: ended ?? 'none',
  }
}

function latencyOfLinks(
  c: Case,
  links: readonly MeasuredLink[],
  loss: Loss | null,
): Latency | null {
  const histograms = links.flatMap(({ decider }) => decider.latency ?? [])
  if (histograms.length === 0) return null
  return latencyOf(mergeCounts(histograms), loss?.lost ?? 0, spanOf(c))
}
