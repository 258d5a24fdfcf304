import type { Command } from '@commander-js/extra-typings'
import { LAB } from '../../options/lab.js'
import { helpOf } from '../flags/group.js'
import { option } from '../flags/option.js'
import { exitCodeTable } from '../terminal/help.js'

/** Flags of `lab` as commander gives them. */
export type LabFlags = ReturnType<ReturnType<typeof labCommand>['opts']>

const EXAMPLES = `
Examples:
  xrbench lab                                        a shell in a guest
  xrbench lab -- ibv_devinfo                         a command, with its output and exit code
  xrbench lab --guests 2 --peer-command 'ib_send_lat -d rxe0' -- ib_send_lat -d rxe0 10.77.0.2
`

const NOTES = `
A guest sees the files of this machine under the same paths, and is root in there. What it writes is gone with it, except below
the folders of --writable. Its network device is eth0 with a SoftRoCE device rxe0; guest 1 is 10.77.0.1 and fd77::1, guest 2 is
10.77.0.2 and fd77::2.
`

/** The command with its options. */
export function labCommand(program: Command) {
  return program
    .command('lab')
    .description('Opens a shell, or runs a command, in a virtual machine with a SoftRoCE device.')
    .usage('[options] [-- COMMAND…]')
    .argument('[command...]', 'what to run in guest 1 (default: a shell)')
    .passThroughOptions()
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', EXAMPLES + NOTES + exitCodeTable())
    .addOption(option('-g, --guests <n>', '1, or 2 joined by a virtual wire (default: 1)'))
    .addOption(
      option('--peer-command <line>', 'shell line that runs in guest 2 meanwhile (--guests 2)'),
    )
    .addOption(option('--netem <words>', helpOf(LAB.netem)))
    .addOption(option('--writable <folder...>', 'folders of this machine that guests may write'))
    .addOption(option('--lab-kernel <path>', helpOf(LAB.kernel)))
    .addOption(option('--memory <size>', helpOf(LAB.memoryMiB)))
    .addOption(option('--boot-timeout <time>', helpOf(LAB.bootTimeoutNs)))
    .addOption(option('-q, --quiet', 'no notes; errors remain'))
    .addOption(option('-v, --verbose', 'show the consoles, and stacks'))
}
