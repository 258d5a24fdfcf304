import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import type { PerfServerOptions, PerfServerTotals } from '../../addon/perf.js'
import { environmentError, usageError } from '../../errors.js'
import { hostAndPort } from '../../host-port.js'
import { parseNumericAddress } from '../../place/listen-address.js'
import { QUIC_PERF_PORT } from '../../quic-perf/protocol.js'
import { type PerfServing, startPerfServer } from '../../quic-perf/server.js'
import { amount } from '../../report/words/quantity.js'
import { isLoopback } from '../../session/wire/addresses.js'
import { formatSize, parseSize, parseWhole } from '../../units.js'
import { watchInterrupts } from '../terminal/interrupt.js'
import { note, print } from '../terminal/output.js'
import type { QuicPerfServeFlags } from './flags.js'
import { readPerfTransport } from './transport.js'

const MAX_REMOTE_RESPONSE_BYTES = 1024 ** 3

type Label = (key: keyof QuicPerfServeFlags) => string

/** Serves until a signal ends it. */
export async function quicPerfServeAction(flags: QuicPerfServeFlags, label: Label): Promise<void> {
  const { host, options } = readFlags(flags, label)
  const transport = { ...readPerfTransport(flags, label), retry: flags.retry === true }
  await checkReadable(options)
  const server = startPerfServer(host, options, transport)
  const interrupts = watchInterrupts(() => server.stop())
  try {
    if (flags.json) await print(`${JSON.stringify(facts(server))}\n`)
    else if (!flags.quiet) noteListening(server, options)
    const totals = await server.ended
    if (flags.json) await print(`${JSON.stringify(totals)}\n`)
    else if (!flags.quiet) note(summary(totals))
  } finally {
    interrupts.dispose()
  }
  process.exitCode = interrupts.exitCode() ?? 0
}

function readFlags(
  flags: QuicPerfServeFlags,
  label: Label,
): { host: string; options: PerfServerOptions } {
  const { host, port } = parseNumericAddress(
    flags.listen ?? '127.0.0.1',
    label('listen'),
    QUIC_PERF_PORT,
  )
  if (!isLoopback(host) && flags.allowRemote !== true) {
    throw usageError(
      'XRB_LISTEN',
      `${label('listen')}: other machines can reach ${host}, and anybody there could have this one send without end.`,
      `on a network you trust: --listen ${host} --allow-remote`,
    )
  }
  const { certificate, privateKey } = flags
  if ((certificate === undefined) !== (privateKey === undefined)) {
    throw usageError(
      'XRB_USAGE',
      'A certificate and its private key belong together.',
      '--certificate CERT.pem --private-key KEY.pem, or neither for a fresh one',
    )
  }
  const number = (key: 'maxConnections' | 'maxStreams', otherwise: number, most: number) => {
    const text = flags[key]
    return text === undefined ? otherwise : parseWhole(text, label(key), 1, most)
  }
  return {
    host,
    options: {
      port,
      certificateFile: certificate ?? null,
      keyFile: privateKey ?? null,
      maxConnections: number('maxConnections', 256, 10_000),
      maxStreams: number('maxStreams', 1024, 65_536),
      maxResponseBytes: maxResponse(flags, label, isLoopback(host)),
    },
  }
}

function maxResponse(flags: QuicPerfServeFlags, label: Label, isLocal: boolean): number {
  const { maxResponse: text } = flags
  if (text === undefined) return isLocal ? 0 : MAX_REMOTE_RESPONSE_BYTES
  if (text === 'unlimited') return 0
  const bytes = parseSize(text, label('maxResponse'))
  if (bytes > 0) return bytes
  throw usageError(
    'XRB_BAD_SIZE',
    `${label('maxResponse')}: a server that may send nothing answers nothing.`,
    '--max-response 1GiB, or unlimited',
  )
}

/** What the library says of a file that is not there does not name it. */
async function checkReadable({ certificateFile, keyFile }: PerfServerOptions): Promise<void> {
  for (const file of [certificateFile, keyFile]) {
    if (file === null) continue
    await access(file, constants.R_OK).catch((error: NodeJS.ErrnoException) => {
      throw environmentError(
        'XRB_CERTIFICATE',
        `${file} cannot be read: ${error.code}.`,
        `ls -l ${file}`,
      )
    })
  }
}

function facts({ host, port, fingerprint }: PerfServing) {
  return { host, port, pid: process.pid, fingerprint, alpn: 'perf' }
}

function noteListening({ host, port, fingerprint }: PerfServing, options: PerfServerOptions): void {
  const where = hostAndPort(host, port)
  note(`xrbench quic-perf: serving ALPN perf at ${where} (UDP); Ctrl-C ends it`)
  note(`certificate: SHA-256 ${fingerprint}`)
  if (options.maxResponseBytes > 0)
    note(
      `answers of more than ${formatSize(options.maxResponseBytes)} are refused (--max-response)`,
    )
  note('On the client, paste:')
  note(`  xrbench quic-perf run ${where} --fingerprint ${fingerprint}`)
}

function summary(totals: PerfServerTotals): string {
  const { connections, requests, refusedRequests, bytesReceived, bytesSent } = totals
  const refused = refusedRequests > 0 ? `, ${amount(refusedRequests)} refused` : ''
  return `served ${amount(requests)} requests on ${amount(connections)} connections${refused}; ${amount(bytesReceived)}B in, ${amount(bytesSent)}B out`
}
