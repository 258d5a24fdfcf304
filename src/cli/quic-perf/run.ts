import type { PerfRequests } from '../../addon/perf.js'
import { captureEnvironment } from '../../environment/capture.js'
import {
  EXIT_CODES,
  measurementError,
  peerError,
  usageError,
  type XrbenchError,
} from '../../errors.js'
import { printableJson } from '../../foreign.js'
import { MEASURE } from '../../options/measure.js'
import { DEFAULT_PERF_WARMUP_CAP_NS } from '../../plan/defaults.js'
import { runPerfClient } from '../../quic-perf/client.js'
import { perfDocument } from '../../quic-perf/document.js'
import { QUIC_PERF_PORT, REQUEST_HEAD_BYTES } from '../../quic-perf/protocol.js'
import type { PerfPhases } from '../../quic-perf/spec.js'
import type { QuicPerfDocument } from '../../results/schema/quic-perf.js'
import { checkWritable, writeResult } from '../../results/store/store.js'
import { resolveHost } from '../../run/peer.js'
import { toolFacts } from '../../tool-facts.js'
import { MAX_DURATION_NS, parseDuration, parseSize, parseWhole } from '../../units.js'
import { parseHostPort } from '../flags/host-port.js'
import { watchInterrupts } from '../terminal/interrupt.js'
import { note, print } from '../terminal/output.js'
import type { QuicPerfRunFlags } from './flags.js'
import { perfSummary } from './summary.js'
import { readPerfTransport } from './transport.js'

type Label = (key: keyof QuicPerfRunFlags) => string

const MAX_CONCURRENCY = 10_000
const MAX_REQUESTS = 1e12
/** Some packets. */
const BULK_BYTES = 16_384

/** Measures against one server, and prints what it saw. */
export async function quicPerfRunAction(
  target: string,
  flags: QuicPerfRunFlags,
  label: Label,
): Promise<void> {
  const { host, port } = parseHostPort(target, '<server>', QUIC_PERF_PORT)
  const asked = { ...readRequests(flags, label), port }
  const isBulk = (asked.responseBytes ?? Number.POSITIVE_INFINITY) > BULK_BYTES
  const transport = readPerfTransport(flags, label, isBulk)
  const phases = readPhases(flags, label)
  if (flags.output !== undefined) await checkWritable(flags.output)
  const { address } = await resolveHost(host, 0)
  const requests: PerfRequests = { ...asked, address }
  if (requests.pin === null && !flags.quiet)
    note(`--insecure: whoever answers at ${target} is taken for the server`)
  const startedAt = new Date().toISOString()
  const interrupts = watchInterrupts((name) => note(`${name}: keeping what was measured`))
  try {
    const outcome = await runPerfClient(requests, transport, phases, interrupts.signal)
    const environment = await captureEnvironment({ address: outcome.effective.localAddress })
    const command = ['xrbench', ...process.argv.slice(2)]
    const doc = perfDocument({
      ...{ version: toolFacts().version, command, startedAt, host },
      ...{ requests, transport, phases, outcome, environment },
    })
    await publish(doc, flags)
    if (doc.failure !== null) throw failureError(doc.failure)
  } finally {
    interrupts.dispose()
  }
  process.exitCode = interrupts.exitCode() ?? EXIT_CODES.ok
}

async function publish(doc: QuicPerfDocument, flags: QuicPerfRunFlags): Promise<void> {
  if (flags.output !== undefined) await writeResult(flags.output, doc)
  if (flags.json) await print(`${printableJson(doc)}\n`)
  else await print(perfSummary(doc))
}

function readRequests(
  flags: QuicPerfRunFlags,
  label: Label,
): Omit<PerfRequests, 'address' | 'port'> {
  const { upload = '64', download = '64', concurrency = '1' } = flags
  const requestBytes = parseSize(upload, label('upload'))
  if (requestBytes < REQUEST_HEAD_BYTES) {
    throw usageError(
      'XRB_BAD_SIZE',
      `${label('upload')}: a request has at least ${REQUEST_HEAD_BYTES} bytes, which say how much is wanted back.`,
      '--upload 8',
    )
  }
  return {
    pin: readFingerprint(flags, label),
    serverName: flags.serverName ?? null,
    requestBytes,
    responseBytes: download === 'endless' ? null : parseSize(download, label('download')),
    concurrency: parseWhole(concurrency, label('concurrency'), 1, MAX_CONCURRENCY),
  }
}

function readFingerprint({ fingerprint, insecure }: QuicPerfRunFlags, label: Label) {
  if ((fingerprint === undefined) === (insecure !== true)) {
    throw usageError(
      'XRB_USAGE',
      fingerprint === undefined
        ? 'By nothing could the server be known.'
        : `${label('fingerprint')} and --insecure exclude each other.`,
      '--fingerprint SHA256 as the server prints it; --insecure takes any certificate',
    )
  }
  if (fingerprint === undefined) return null
  const digits = fingerprint.replaceAll(':', '')
  if (/^[0-9a-f]{64}$/i.test(digits)) return new Uint8Array(Buffer.from(digits, 'hex'))
  throw usageError(
    'XRB_BAD_FINGERPRINT',
    `${label('fingerprint')}: '${fingerprint}' is not a SHA-256 of 64 hexadecimal digits.`,
    'openssl x509 -in CERT.pem -outform der | sha256sum',
  )
}

function readPhases(flags: QuicPerfRunFlags, label: Label): PerfPhases {
  const { duration, requests, warmup, download } = flags
  if (requests === undefined) {
    return {
      durationNs: limited(duration, label('duration'), MEASURE.durationNs.default, 1e6),
      warmupCapNs: limited(warmup, label('warmup'), DEFAULT_PERF_WARMUP_CAP_NS, 0),
      requests: 0,
    }
  }
  if (duration !== undefined || download === 'endless') {
    const other = duration === undefined ? '--download endless' : label('duration')
    throw usageError(
      'XRB_USAGE',
      `${label('requests')} and ${other} exclude each other.`,
      '--duration 3s for as many as there is time for',
    )
  }
  return {
    durationNs: 0,
    warmupCapNs: limited(warmup, label('warmup'), 0, 0),
    requests: parseWhole(requests, label('requests'), 1, MAX_REQUESTS),
  }
}

function limited(text: string | undefined, label: string, otherwise: number, min: number): number {
  if (text === undefined) return otherwise
  const ns = parseDuration(text, label)
  if (ns >= min && ns <= MAX_DURATION_NS) return ns
  throw usageError('XRB_BAD_DURATION', `${label}: '${text}' is outside 1ms to 24h.`, `${label} 3s`)
}

function failureError({ code, message }: NonNullable<QuicPerfDocument['failure']>): XrbenchError {
  const make = code === 'XRB_PEER_LOST' ? peerError : measurementError
  return make(code as `XRB_${string}`, message)
}
