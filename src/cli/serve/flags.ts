import type { Command } from '@commander-js/extra-typings'
import { DEFAULT_PORT } from '../../session/wire/protocol.js'
import { option } from '../flags/option.js'
import { exitCodeTable } from '../terminal/help.js'

/** Flags of `serve` as commander gives them: text, read by `serveAction`. */
export type ServeFlags = ReturnType<ReturnType<typeof serveCommand>['opts']>

/** The command with its options. */
export function serveCommand(program: Command) {
  return program
    .command('serve')
    .description('Waits for `xrbench run --peer`, and measures the far end of it.')
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', exitCodeTable())
    .addOption(
      option(
        '-l, --listen <address[:port]>',
        `where to listen; beyond loopback with --key-file; port 0 is any (default: 127.0.0.1:${DEFAULT_PORT})`,
      ),
    )
    .addOption(
      option(
        '--data-ports <a-b>',
        'take these ports for data (TCP, UDP, QUIC); one is enough (default: any)',
      ),
    )
    .addOption(
      option(
        '-k, --key-file <file>',
        'key of 64 hexadecimal digits, or - for standard input (default: a new one, printed)',
      ),
    )
    .addOption(option('--once', 'end after the first session'))
    .addOption(
      option('--max-sessions <n>', 'clients held at a time; others are refused (default: 16)'),
    )
    .addOption(
      option('--max-sessions-per-address <n>', 'of these, from one address (default: all)'),
    )
    .addOption(option('--parallel <n>', 'clients that measure at a time; others wait (default: 1)'))
    .addOption(
      option('--max-queue <n>', 'clients that wait for that; others are refused (default: 15)'),
    )
    .addOption(
      option('--max-turn <time>', 'of a client, while others wait, whatever it told (default: 4h)'),
    )
    .addOption(
      option(
        '--max-duration <time>',
        'longest warm-up and measured phase of a repetition (default: 1h)',
      ),
    )
    .addOption(
      option('--max-rate <rate>', 'of a stream each way, payload bits (default: no limit)'),
    )
    .addOption(option('--max-size <size>', 'of a message (default: 64MiB)'))
    .addOption(option('--max-streams <n>', 'connections of a stream each way (default: 64)'))
    .addOption(option('--max-memory <size>', 'for buffers of all clients together (default: 1GiB)'))
    .addOption(
      option(
        '--max-failures <n>',
        'wrong keys of an address in a minute; for the rest of it nobody there is listened to (default: 60)',
      ),
    )
    .addOption(
      option(
        '--metrics <address:port>',
        'answer GET /metrics there (Prometheus text), to whoever reaches it; port 0 is any',
      ),
    )
    .addOption(
      option(
        '--refuse-older',
        'measure with no client of before challenges, which anybody can have data sent to',
      ),
    )
    .addOption(
      option(
        '--allow-unconfined',
        'measure for other machines even where nothing confines what does so (no seccomp)',
      ),
    )
    .addOption(option('--allow-cpu', 'let clients choose the CPUs of this end with --pin'))
    .addOption(
      option('--device <name>', 'RDMA device (default: the one with the address clients reach)'),
    )
    .addOption(option('--port <n>', 'port of that device (default: the first that is active)'))
    .addOption(option('--gid-index <n>', 'entry of its GID table (default: by address, RoCE v2)'))
    .addOption(
      option(
        '--soft-roce',
        'make a SoftRoCE device where there is no RDMA device, and remove it at the end',
      ),
    )
    .addOption(option('--until-stdin-ends', 'end when standard input does').hideHelp())
    .addOption(
      option(
        '--json',
        'print JSON: a line when listening, and one for each session that has ended',
      ),
    )
    .addOption(option('-q, --quiet', 'no notes; errors remain'))
    .addOption(option('-v, --verbose', 'say more, and show stacks'))
}
