import { amount, bitRate, time } from '../../report/words/quantity.js'
import type { QuicPerfDocument } from '../../results/schema/quic-perf.js'
import { formatSize } from '../../units.js'

/** What a run saw, for a reader: a few lines. */
export function perfSummary(doc: QuicPerfDocument): string {
  const { parameters: p, effective, latency, goodput } = doc
  const answers = p.responseBytes === null ? 'endless answers' : formatSize(p.responseBytes)
  const quic = effective.quic
  const lines = [
    `perf ${formatSize(p.requestBytes)} → ${answers}, ${amount(p.concurrency)} at once, ${p.wait}, ${doc.server.address}:${doc.server.port}${doc.status === 'completed' ? '' : ` (${doc.status})`}`,
    `  client     QUIC via ${quic?.library} ${quic?.version}, ${effective.tls?.cipher}; handshake ${time(quic?.handshakeNs)}`,
  ]
  if (latency !== null) {
    const { p50, p99, p999 } = latency.percentiles
    lines.push(
      `  request    p50 ${time(p50)}  p99 ${time(p99)}  p99.9 ${time(p999)}  max ${time(latency.maxNs)}  (${amount(latency.count)} samples)`,
      `  rate       ${amount(doc.requestsPerSec)} requests/s`,
    )
  }
  if (goodput !== null) {
    lines.push(
      `  goodput    ${bitRate(goodput.downBitsPerSec)} down, ${bitRate(goodput.upBitsPerSec)} up`,
    )
  }
  return `${lines.join('\n')}\n`
}
