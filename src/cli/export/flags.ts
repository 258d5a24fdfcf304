import type { Command } from '@commander-js/extra-typings'
import { option, ownOption } from '../flags/option.js'
import { exitCodeTable } from '../terminal/help.js'

/** Flags of `export` as commander gives them. */
export type ExportFlags = ReturnType<ReturnType<typeof exportCommand>['opts']>

const EXAMPLES = `
Examples:
  xrbench export result.json --csv > values.csv
  xrbench export result.json --hgrm --case 'tcp/*' > tcp.hgrm
  xrbench export result.json --hgrm -o curves/          a file of each case
  xrbench export result.json --csv --series > series.csv
  xrbench export *.json --hlog -o all.hlog
  xrbench export result.json --json --redact -o to-publish.json.gz
`

/** The command with its options. */
export function exportCommand(program: Command) {
  return program
    .command('export')
    .description('Prints results in a format of other tools.')
    .argument('<file...>', 'result files, .json or .json.gz')
    .helpOption('-h, --help', 'print this help')
    .addHelpText('before', EXAMPLES.trimStart())
    .addHelpText('after', exitCodeTable())
    .addOption(option('--csv', 'a line for each value of each repetition'))
    .addOption(option('--ndjson', 'the same, a JSON object on each line'))
    .addOption(option('--openmetrics', 'OpenMetrics text, to backfill Prometheus'))
    .addOption(option('--influx', 'line protocol of InfluxDB'))
    .addOption(
      option('--series', 'of these: of each interval of the time series, not each repetition'),
    )
    .addOption(
      option(
        '--hgrm',
        'percentile distribution of one case, µs (HdrHistogram plotter); -o FOLDER/: of each',
      ),
    )
    .addOption(
      option('--histogram <name>', 'of --hgrm: what is timed beside the latency (handshake)'),
    )
    .addOption(
      option(
        '--hlog',
        'histogram log 1.3, a line for each interval; of several cases tagged, or -o FOLDER/: a file of each',
      ),
    )
    .addOption(ownOption('--json', 'the result itself, of one file'))
    .addOption(
      option(
        '--case <pattern>',
        'cases by name, * stands for anything: tcp/*, *(lab), A:* (default: all)',
      ),
    )
    .addOption(option('--redact', 'hash host names and addresses'))
    .addOption(ownOption('-o, --output <path>', 'write there instead of to stdout'))
    .addOption(option('-v, --verbose', 'show stacks'))
}
