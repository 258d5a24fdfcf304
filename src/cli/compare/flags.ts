import type { Command } from '@commander-js/extra-typings'
import { option, ownOption } from '../flags/option.js'
import { exitCodeTable } from '../terminal/help.js'

/** Flags of `compare` as commander gives them. */
export type CompareFlags = ReturnType<ReturnType<typeof compareCommand>['opts']>

const EXAMPLES = `
Examples:
  xrbench compare before.json after.json
  xrbench compare before.json after.json --fail-on 'p99:+5%' --fail-on 'throughput@tcp/*:-3%'
  xrbench compare here.json there.json --across host
  xrbench compare result.json --across transport     the transports of one run, repetition by repetition
`

const NOTES = `
A gate is METRIC[@PATTERN]:±N%, in the worse direction; PATTERN is of case names, * stands for anything, as in tcp/* or
*(lab). Metrics: p50, p90, p99, p99.9, p99.99, throughput, cpu-client, cpu-server, loss (in percentage points).
A regression is shown to be worse than the tolerance (exit 7), a pass to be within it, each with 95 % confidence; anything
else is inconclusive (exit 6, or 0 with --lenient). Of gates that ask the same the strictest holds. A case that was aborted,
failed or skipped fails its gates. Without gates, exit 6 says that the repetitions are too few to show any difference, or
that a side was not measured to its end.
Where GITHUB_STEP_SUMMARY names a file, as in a GitHub job, the comparison is appended to it as Markdown.
`

const collect = (value: string, before: string[] = []) => [...before, value]

/** The command with its options. */
export function compareCommand(program: Command) {
  return program
    .command('compare')
    .description(
      'Holds results against a base: what differs, by how much, and whether it could be chance.',
    )
    .argument('<base>', 'result file')
    .argument('[new...]', 'result files to hold against it')
    .helpOption('-h, --help', 'print this help')
    .addHelpText('before', EXAMPLES.trimStart())
    .addHelpText('after', NOTES + exitCodeTable())
    .addOption(
      option('--fail-on <gate>', 'exit 7 when this became worse; repeatable').argParser(collect),
    )
    .addOption(
      option('--across <what>', 'host, transport or version: the difference that is studied'),
    )
    .addOption(option('--force', 'compare what differs too much to mean anything'))
    .addOption(option('--lenient', 'exit 0 where nothing can be told, in place of 6'))
    .addOption(option('--strict', 'exit 6 where nothing can be told, as is done anyway'))
    .addOption(option('--redact', 'hash host names and addresses'))
    .addOption(option('--json', 'print the comparison as a JSON document'))
    .addOption(option('--markdown', 'print it as Markdown'))
    .addOption(ownOption('--junit <file>', 'write the gates as test cases there too (JUnit XML)'))
    .addOption(option('-v, --verbose', 'show stacks'))
}
