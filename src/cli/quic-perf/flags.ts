import type { Command } from '@commander-js/extra-typings'
import { MEASURE } from '../../options/measure.js'
import { QUIC } from '../../options/quic.js'
import { TLS } from '../../options/tls.js'
import { DEFAULT_PERF_WARMUP_CAP_NS } from '../../plan/defaults.js'
import { QUIC_PERF_PORT } from '../../quic-perf/protocol.js'
import { PERF_WAITS } from '../../quic-perf/spec.js'
import { formatDuration } from '../../units.js'
import { helpOf } from '../flags/group.js'
import { option, ownOption } from '../flags/option.js'
import { exitCodeTable } from '../terminal/help.js'

export const EXAMPLES = `
Examples:
  xrbench quic-perf serve
  xrbench quic-perf run 127.0.0.1 --fingerprint SHA256 --download 64 --duration 3s
  xrbench quic-perf run 127.0.0.1 --insecure --download endless
  xrbench quic-perf run 192.0.2.1:4433 --insecure --upload 1G --download 0 --requests 1
`

const PAYLOAD_HELP = `of a UDP datagram, at most (default: ${QUIC.udpPayloadBytes.byDefault})`
const WAIT_HELP = `${PERF_WAITS.join(' or ')} (default: ${PERF_WAITS[0]})`

/** Flags as commander gives them: text, read by the actions. */
export type QuicPerfServeFlags = ReturnType<ReturnType<typeof perfServeCommand>['opts']>
export type QuicPerfRunFlags = ReturnType<ReturnType<typeof runCommand>['opts']>

/** `quic-perf serve` with its options. */
export function perfServeCommand(group: Command) {
  return group
    .command('serve')
    .description(
      'Answers any client of the perf protocol: secnetperf, quinn, picoquic, quic-go, xrbench.',
    )
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', exitCodeTable())
    .addOption(
      option(
        '-l, --listen <address[:port]>',
        `where to listen; port 0 is any (default: 127.0.0.1:${QUIC_PERF_PORT})`,
      ),
    )
    .addOption(
      option(
        '--allow-remote',
        'listen beyond loopback: whoever can reach it can have it send as much as it may',
      ),
    )
    .addOption(
      option(
        '--certificate <file>',
        'PEM, with --private-key (default: a fresh one, in memory alone)',
      ),
    )
    .addOption(option('--private-key <file>', 'PEM'))
    .addOption(option('--max-connections <n>', 'clients at a time (default: 256)'))
    .addOption(option('--max-streams <n>', 'open streams of a client (default: 1024)'))
    .addOption(
      option(
        '--max-response <size>',
        'longest answer, or unlimited (default: unlimited on loopback, else 1GiB)',
      ),
    )
    .addOption(
      option(
        '--retry',
        'have a client show that its address is its own before anything is kept for it; a round trip more',
      ),
    )
    .addOption(option('--wait <policy>', WAIT_HELP))
    .addOption(option('--cpu <n>', 'CPU of the thread that serves (default: any)'))
    .addOption(option('--cipher <name>', helpOf(TLS.cipher)))
    .addOption(option('--quic-payload <size>', PAYLOAD_HELP))
    .addOption(option('--json', 'print one line of JSON when listening, one at the end'))
    .addOption(option('-q, --quiet', 'no notes; errors remain'))
    .addOption(option('-v, --verbose', 'show stacks'))
}

/** `quic-perf run` with its options. */
export function runCommand(group: Command) {
  return group
    .command('run')
    .argument('<server>', `host[:port] of a server of the perf protocol (port: ${QUIC_PERF_PORT})`)
    .description('Asks any server of the perf protocol, each request on a stream of its own.')
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', `${EXAMPLES}${exitCodeTable()}`)
    .addOption(option('--fingerprint <sha256>', "the server's certificate, as it prints it"))
    .addOption(option('--insecure', 'take any certificate, and say so in the result'))
    .addOption(option('--server-name <name>', 'told to the server (SNI; default: nothing)'))
    .addOption(option('--upload <size>', 'bytes of a request, 8 or more (default: 64)'))
    .addOption(
      option('--download <size>', 'bytes of an answer; endless = to the end (default: 64)'),
    )
    .addOption(option('--concurrency <n>', 'requests under way at once (default: 1)'))
    .addOption(
      option(
        '-d, --duration <time>',
        `of the measured phase (default: ${formatDuration(MEASURE.durationNs.default)})`,
      ),
    )
    .addOption(option('--requests <n>', 'measure so many in place of --duration, no warm-up'))
    .addOption(
      option(
        '--warmup <time>',
        `at most; ends when steady (default: ${formatDuration(DEFAULT_PERF_WARMUP_CAP_NS)})`,
      ),
    )
    .addOption(option('--wait <policy>', WAIT_HELP))
    .addOption(option('--cpu <n>', 'CPU of the measuring thread (default: any)'))
    .addOption(option('--cipher <name>', helpOf(TLS.cipher)))
    .addOption(option('--quic-payload <size>', PAYLOAD_HELP))
    .addOption(ownOption('-o, --output <file>', 'write the result as JSON'))
    .addOption(option('--json', 'print the result as JSON'))
    .addOption(option('-q, --quiet', 'no notes; errors remain'))
    .addOption(option('-v, --verbose', 'show stacks'))
}
