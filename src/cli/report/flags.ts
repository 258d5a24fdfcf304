import type { Command } from '@commander-js/extra-typings'
import { option, ownOption } from '../flags/option.js'
import { exitCodeTable } from '../terminal/help.js'

/** Flags of `report` as commander gives them. */
export type ReportFlags = ReturnType<ReturnType<typeof reportCommand>['opts']>

const EXAMPLES = `
Examples:
  xrbench report result.json                         report.html, to open in any browser
  xrbench report before.json after.json -o change.html
  xrbench report result.json --svg figures/          the charts as pictures, and no page
`

const NOTES = `
The page holds all it needs, charts included, and loads nothing: it can be mailed, archived and read offline. Of several results the first
is the base that the others are compared with. What was written is named on stdout, one path a line.
`

/** The command with its options. */
export function reportCommand(program: Command) {
  return program
    .command('report')
    .description('Makes one self-contained HTML page of results: what to conclude, then charts.')
    .argument('<file...>', 'result files, .json or .json.gz; the first is the base')
    .helpOption('-h, --help', 'print this help')
    .addHelpText('before', EXAMPLES.trimStart())
    .addHelpText('after', NOTES + exitCodeTable())
    .addOption(ownOption('-o, --output <file>', 'the page (default: report.html)'))
    .addOption(option('--title <text>', 'its heading (default: xrbench report)'))
    .addOption(
      option('--across <what>', 'host, transport or version: the difference that is studied'),
    )
    .addOption(option('--redact', 'hash host names and addresses, and leave out folders'))
    .addOption(option('--svg <folder>', 'write the charts there as SVG'))
    .addOption(option('--png <folder>', 'write the charts there as PNG'))
    .addOption(option('-v, --verbose', 'show stacks'))
}
