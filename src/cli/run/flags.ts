import type { Command } from '@commander-js/extra-typings'
import { ENTRIES } from '../../options/groups.js'
import { LAB } from '../../options/lab.js'
import { HEADINGS } from '../../options/option.js'
import { TRANSPORT_NAMES } from '../../plan/transports.js'
import { helpOf } from '../flags/group.js'
import { listOption, option } from '../flags/option.js'
import { exitCodeTable, RUN_UNITS } from '../terminal/help.js'

/** Flags of `run` as commander gives them: those of the table are read by `readRunFlags`. */
export type RunFlags = ReturnType<ReturnType<typeof withOwnOptions>['opts']> &
  Readonly<Record<string, string | boolean | undefined>>

/** As they stand under a heading of the help: those of a group before those that have none. */
const IN_ORDER = [
  ...ENTRIES.filter(({ path }) => path.includes('.')),
  ...ENTRIES.filter(({ path }) => !path.includes('.')),
]

/** The options that say what to measure, where, and what becomes of it. */
export function withRunOptions(command: Command) {
  command
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', RUN_UNITS + exitCodeTable())
    .optionsGroup('What to measure:')
    .addOption(
      listOption(
        '-t, --transport <list>',
        `${TRANSPORT_NAMES.join(', ')}, or all this build can do (default: all)`,
      ),
    )
  for (const heading of HEADINGS) {
    command.optionsGroup(heading)
    for (const { option: entry } of IN_ORDER.filter((one) => one.heading === heading)) {
      const isList = entry.each !== undefined && entry.flag.includes('<')
      command.addOption((isList ? listOption : option)(entry.flag, helpOf(entry)))
    }
  }
  return withOwnOptions(command)
}

/** Those of the command itself, which say nothing of what is measured. */
function withOwnOptions(command: Command) {
  return command
    .optionsGroup('Where:')
    .addOption(
      option(
        '--peer <host[:port]>',
        'an agent started by `xrbench serve` (default: its own, here)',
      ),
    )
    .addOption(option('--key-file <file>', 'key of that agent'))
    .addOption(
      option('--max-wait <time>', 'in line at that agent, while others measure (default: 4h)'),
    )
    .addOption(
      option(
        '--lab [guests]',
        'all in the lab: two virtual machines on a virtual wire, or 1 (default: RDMA, where nothing else has a device, and the others beside it)',
      ),
    )
    .addOption(option('--no-lab', 'never in the lab'))
    .addOption(option('--no-soft-roce', 'make no SoftRoCE device for the run on this machine'))
    .addOption(option('--netem <words>', helpOf(LAB.netem)))
    .addOption(option('--lab-kernel <path>', helpOf(LAB.kernel)))
    .addOption(option('--memory <size>', helpOf(LAB.memoryMiB)))
    .addOption(option('--boot-timeout <time>', helpOf(LAB.bootTimeoutNs)))
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
