import type { Command } from '@commander-js/extra-typings'
import { RDMA } from '../../options/rdma.js'
import { SERVE } from '../../options/serve.js'
import { DEFAULT_PORT } from '../../session/wire/protocol.js'
import { helpOf } from '../flags/group.js'
import { option } from '../flags/option.js'
import { exitCodeTable } from '../terminal/help.js'

/** Flags of `serve` as commander gives them: text, read by `serveAction`; those of the table beside its own. */
export type ServeFlags = ReturnType<ReturnType<typeof serveCommand>['opts']>

/** The command with its options. */
export function serveCommand(program: Command) {
  const command = program
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
  // They are read as a group, by `readGroup`.
  for (const entry of Object.values(SERVE)) command.addOption(option(entry.flag, helpOf(entry)))
  return command
    .addOption(
      option(
        '--metrics <address:port>',
        'answer GET /metrics there (Prometheus text), to whoever reaches it; port 0 is any',
      ),
    )
    .addOption(
      option(
        '--device <name>',
        helpOf({ ...RDMA.device, byDefault: 'the one with the address clients reach' }),
      ),
    )
    .addOption(option('--port <n>', helpOf(RDMA.port)))
    .addOption(option('--gid-index <n>', helpOf(RDMA.gidIndex)))
    .addOption(
      option(
        '--soft-roce',
        'make a SoftRoCE device where there is no RDMA device, and remove it at the end',
      ),
    )
    .addOption(
      option(
        '--json',
        'print JSON: a line when listening, and one for each session that has ended',
      ),
    )
    .addOption(option('-q, --quiet', 'no notes; errors remain'))
    .addOption(option('-v, --verbose', 'say more, and show stacks'))
}
