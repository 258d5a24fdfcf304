import { randomUUID } from 'node:crypto'
import type { LinkOutcome, RunOutcome } from '../addon/addon.js'
import type { PerfRequests } from '../addon/perf.js'
import { harmless } from '../foreign.js'
import { histogramOfCounts } from '../results/histogram/histogram.js'
import { latencyOf } from '../results/histogram/latency.js'
import { threadCpu } from '../results/repetition/cpu.js'
import { linkIntervals } from '../results/repetition/intervals.js'
import { measuredWindow, type Window } from '../results/repetition/window.js'
import { QUIC_PERF_FORMAT, type QuicPerfDocument } from '../results/schema/quic-perf.js'
import type { Environment, Problem } from '../results/schema/schema.js'
import type { PerfPhases, PerfTransport } from './spec.js'

interface PerfRun {
  version: string
  command: readonly string[]
  startedAt: string
  /** As the user named it. */
  host: string
  requests: PerfRequests
  transport: PerfTransport
  phases: PerfPhases
  outcome: RunOutcome
  environment: Environment
}

/** The document of a run that has ended. */
export function perfDocument(run: PerfRun): QuicPerfDocument {
  const { requests, transport, phases, outcome } = run
  const link = outcome.links[0]
  const window = link === undefined ? null : measuredWindow(link)
  return {
    schema: QUIC_PERF_FORMAT,
    id: randomUUID(),
    tool: { name: 'xrbench', version: run.version },
    command: [...run.command],
    startedAt: run.startedAt,
    finishedAt: new Date().toISOString(),
    status: statusOf(outcome),
    failure: failureOf(outcome),
    protocol: { alpn: 'perf', draft: 'draft-banks-quic-performance-00' },
    server: {
      host: run.host,
      address: requests.address,
      port: requests.port,
      authenticatedBy: requests.pin === null ? 'nothing' : 'fingerprint',
      fingerprint: requests.pin === null ? null : Buffer.from(requests.pin).toString('hex'),
    },
    parameters: {
      requestBytes: requests.requestBytes,
      responseBytes: requests.responseBytes,
      concurrency: requests.concurrency,
      wait: transport.wait,
      cipher: transport.cipher,
      udpPayloadBytes: transport.udpPayloadBytes,
      warmupCapNs: phases.warmupCapNs,
      durationNs: phases.durationNs || null,
      requests: phases.requests || null,
    },
    effective: outcome.effective,
    warmup: link?.warmup ?? null,
    ...measures(link, window, requests),
    cpu: link && window ? threadCpu(link, window, outcome) : null,
    clock: outcome.clock,
    environment: run.environment,
  }
}

function measures(link: LinkOutcome | undefined, window: Window | null, asked: PerfRequests) {
  if (link === undefined || window === null) {
    const nothing = { durationNs: null, requests: null, latency: null }
    return { ...nothing, requestsPerSec: null, goodput: null, intervals: [] }
  }
  const { first, last } = window
  const durationNs = last.timeNs - first.timeNs
  const requests = last.messages - first.messages
  const perSec = (amount: number) => amount / (durationNs / 1e9)
  const hasLatency = asked.responseBytes !== null && link.latency !== null
  return {
    durationNs,
    requests,
    latency: hasLatency && link.latency ? latencyOf(histogramOfCounts(link.latency)) : null,
    requestsPerSec: perSec(requests),
    goodput: {
      downBitsPerSec: perSec((last.bytes - first.bytes) * 8),
      upBitsPerSec: perSec(requests * asked.requestBytes * 8),
    },
    intervals: linkIntervals(link.marks, link.intervalLatencies, false),
  }
}

function statusOf({ status }: RunOutcome): QuicPerfDocument['status'] {
  if (status === 'completed') return 'completed'
  return status === 'stopped' ? 'aborted' : 'failed'
}

function failureOf({ status, fault }: RunOutcome): Problem | null {
  if (status === 'completed' || status === 'stopped') return null
  const [code, message] =
    status === 'peer-closed'
      ? ['XRB_PEER_LOST', 'The server closed the connection.']
      : fault?.code === 'STALLED'
        ? ['XRB_STALLED', 'The server fell silent.']
        : [
            'XRB_QUIC_PERF',
            `The measurement failed: ${harmless(fault?.message ?? 'no reason is known')}.`,
          ]
  return { code, message, hint: null }
}
