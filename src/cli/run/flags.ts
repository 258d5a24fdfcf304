import type { Command } from '@commander-js/extra-typings'
import { TRANSPORT_NAMES } from '../../plan/case.js'
import { option } from '../flags/option.js'
import { exitCodeTable, RUN_UNITS } from '../terminal/help.js'

/** Flags of `run` as commander gives them: text, read by `readRunFlags`. */
export type RunFlags = ReturnType<ReturnType<typeof withRunOptions>['opts']>

/** The options that say what to measure, where, and what becomes of it. */
export function withRunOptions(command: Command) {
  return command
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', RUN_UNITS + exitCodeTable())
    .optionsGroup('What to measure:')
    .addOption(
      option(
        '-t, --transport <list>',
        `${TRANSPORT_NAMES.join(', ')}, or all this build can do (default: all)`,
      ),
    )
    .addOption(
      option('-w, --workload <list>', 'ping-pong, stream, connect, rr (default: ping-pong)'),
    )
    .addOption(
      option(
        '-s, --size <list>',
        'payload of a message: the bytes handed to the transport’s own send operation as a unit (default: 64 B; streams 256 KiB over TCP, 1,400 B over UDP)',
      ),
    )
    .addOption(
      option('--response-size <size>', 'payload of an answer of rr (default: that of --size)'),
    )
    .addOption(option('--inflight <n>', 'requests of rr under way at once (default: 1)'))
    .addOption(
      option('--direction <way>', 'of streams: up, down or both (default: up, to the server)'),
    )
    .addOption(option('--streams <n>', 'connections of a stream in each direction (default: 1)'))
    .addOption(
      option(
        '--rate <rate>',
        'offered load of streams, payload bits per second (default: no limit)',
      ),
    )
    .addOption(
      option(
        '--wait <list>',
        'block: sleep in the kernel; spin: poll without sleeping (default: block)',
      ),
    )
    .optionsGroup('For how long:')
    .addOption(
      option(
        '-d, --duration <time>',
        'of the measured phase of a repetition (default: 3s; in the lab 1s)',
      ),
    )
    .addOption(
      option(
        '-n, --iterations <n>',
        'messages of the measured phase, in place of --duration; with --streams per connection, on the average: a direction ends when all its connections together have n times their number',
      ),
    )
    .addOption(
      option(
        '--warmup <time>',
        'limit of the warm-up, which ends when steady (default: 4s; in the lab 500ms)',
      ),
    )
    .addOption(
      option(
        '-r, --repeat <n>',
        'repetitions of each case, on fresh connections, interleaved, even: A B B A (default: 6; 4 where the lab is used)',
      ),
    )
    .addOption(option('--interval <time>', 'step of the time series (default: 250ms)'))
    .addOption(
      option(
        '--timeout <time>',
        'no progress for so long ends a repetition (default: 5s; in the lab 15s)',
      ),
    )
    .addOption(
      option('--message-timeout <time>', 'a UDP reply later than this is lost (default: 1s)'),
    )
    .optionsGroup('Sockets and CPUs:')
    .addOption(option('--sndbuf <size>', 'SO_SNDBUF (default: chosen by the kernel)'))
    .addOption(
      option(
        '--rcvbuf <size>',
        'SO_RCVBUF (default: chosen by the kernel; UDP streams ask for 4 MiB)',
      ),
    )
    .addOption(option('--no-nodelay', 'leave Nagle’s algorithm on (TCP)'))
    .addOption(option('--congestion <name>', 'congestion control (TCP; default: of the system)'))
    .addOption(option('--dscp <n>', 'differentiated services code point, 0 to 63'))
    .addOption(option('--busy-poll <us>', 'SO_BUSY_POLL, microseconds'))
    .addOption(option('--no-gso', 'one datagram per system call: no UDP_SEGMENT, no UDP_GRO'))
    .addOption(
      option('--pin <cpus>', 'auto, none, or CLIENT:SERVER, as 3:2 or 2,3:0,1 (default: auto)'),
    )
    .addOption(
      option(
        '--verify',
        'check every byte of the messages where they arrive; slow; QUIC: of ping-pongs',
      ),
    )
    .addOption(
      option('--unix-type <list>', 'AF_UNIX sockets: stream or seqpacket (default: stream)'),
    )
    .optionsGroup('RDMA:')
    .addOption(option('--qp <type>', 'queue pairs: rc, uc or ud (default: rc)'))
    .addOption(
      option(
        '--operation <name>',
        'send, write, write-imm, read, fetch-add or compare-swap (default: send)',
      ),
    )
    .addOption(option('--device <name>', 'RDMA device (default: the one with the local address)'))
    .addOption(option('--port <n>', 'port of the device (default: the first that is active)'))
    .addOption(option('--gid-index <n>', 'entry of its GID table (default: by address, RoCE v2)'))
    .addOption(option('--tx-depth <n>', 'messages of a stream under way at once (default: 128)'))
    .addOption(option('--rx-depth <n>', 'receives posted ahead (default: 512)'))
    .addOption(option('--signal-every <n>', 'messages for each completion (default: by size)'))
    .addOption(
      option('--post-list <n>', 'messages handed over at once (default: 16 up to 4 KiB, else 1)'),
    )
    .addOption(option('--inline <size>', 'copy messages up to this size into the work request'))
    .addOption(
      option(
        '--connect-by <way>',
        'exchange: over the session; rdma-cm: by the kernel, RC only (default: exchange)',
      ),
    )
    .optionsGroup('TLS and QUIC:')
    .addOption(
      option(
        '--cipher <name>',
        'aes-128-gcm, aes-256-gcm or chacha20-poly1305 (default: the first)',
      ),
    )
    .addOption(
      option(
        '--ktls <list>',
        'TLS records by the kernel: off, on, auto (where it can) (default: off)',
      ),
    )
    .addOption(
      option('--handshake <list>', 'of a connect: full, resumed, 0rtt (QUIC) (default: full)'),
    )
    .addOption(
      option(
        '--quic-messages <list>',
        'stream, datagram: what carries a message (default: stream)',
      ),
    )
    .addOption(
      option('--quic-streams <n>', 'QUIC streams of each connection of a stream (default: 1)'),
    )
    .addOption(
      option(
        '--quic-payload <size>',
        'bytes of a UDP datagram at most, or loopback for 65000; fewer where the path carries fewer (default: 1452)',
      ),
    )
    .addOption(
      option('--quic-window <size>', 'flow-control window (default: 2 MiB; 8 MiB above 9,000 B)'),
    )
    .addOption(option('--quic-congestion <name>', 'cubic, reno or bbr (default: cubic)'))
    .addOption(
      option('--quic-retry', 'clients show that their address is their own: a round trip more'),
    )
    .addOption(option('--quic-pacing', 'packets leave at the rate of the congestion control'))
    .addOption(
      option('--quic-key-update <time>', 'update keys so often (default: when it has to be)'),
    )
    .addOption(
      option(
        '--ack-threshold <n>',
        'packets acknowledged at once (default: 1 for ping-pong, 10 for streams)',
      ),
    )
    .addOption(
      option(
        '--quic-null-crypto',
        'beside QUIC the same without encryption: a diagnostic, never with --peer',
      ),
    )
    .optionsGroup('Where:')
    .addOption(
      option(
        '--peer <host[:port]>',
        'an agent started by `xrbench serve` (default: its own, here)',
      ),
    )
    .addOption(option('--key-file <file>', 'key of that agent'))
    .addOption(
      option(
        '--lab [guests]',
        'all in the lab: two virtual machines on a virtual wire, or 1 (default: RDMA, where nothing else has a device, and the others beside it)',
      ),
    )
    .addOption(option('--no-lab', 'never in the lab'))
    .addOption(option('--no-soft-roce', 'make no SoftRoCE device for the run on this machine'))
    .addOption(option('--netem <words>', "shape the lab's wire, as 'delay 5ms loss 1%' (tc-netem)"))
    .addOption(
      option('--lab-kernel <path>', 'vmlinuz-VERSION, or a folder with boot/ and lib/modules/'),
    )
    .addOption(option('--memory <size>', 'of each guest of the lab (default: 1GiB)'))
    .addOption(option('--boot-timeout <time>', 'a boot of the lab may take so long (default: 60s)'))
    .addOption(option('-4, --ipv4', 'use IPv4 (default)'))
    .addOption(option('-6, --ipv6', 'use IPv6'))
    .optionsGroup('Output:')
    .addOption(
      option(
        '-o, --output <path>',
        'result file, or a folder for it (default: ./xrbench-<time>.json)',
      ),
    )
    .addOption(
      option('--json', 'print the result document instead of the table; a file only with --output'),
    )
    .addOption(option('--label <text>', 'kept in the result'))
    .addOption(option('--redact', 'hash host names and addresses in the result'))
    .addOption(option('--strict', 'exit 6 when the result is doubtful'))
    .addOption(option('--dry-run', 'print what would be measured, and stop'))
    .addOption(option('-q, --quiet', 'no progress and no notes; errors remain'))
    .addOption(option('-v, --verbose', 'say more, and show stacks'))
}
