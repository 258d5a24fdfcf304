import type { Argument, CommandUnknownOpts, Option as Flag } from '@commander-js/extra-typings'
import { ENTRIES, type Entry, entriesOf } from '../../options/groups.js'
import { LAB } from '../../options/lab.js'
import { SERVE } from '../../options/serve.js'
import { TRANSPORT_NAMES } from '../../plan/transports.js'
import { variableFor } from '../flags/option.js'

/** A flag of a command, as its help has it, and what the table of options knows of it. */
export interface FlagSurface {
  /** `-t`, `--transport`: what can be typed. */
  names: string[]
  /** `<list>`, `[guests]`; `null`: it stands alone. */
  value: string | null
  /** `What to measure:`; empty where the help has no headings. */
  heading: string
  help: string
  /** What can stand behind it, where that is a choice. */
  words: readonly string[]
  /** … several, with commas. */
  isList: boolean
  isFile: boolean
  /** `XRBENCH_RATE`; `null`: none sets it. */
  variable: string | null
  /** `null`: the command's own. */
  entry: Entry | null
}

/** A command as its help has it. */
export interface CommandSurface {
  /** `run`, `quic-perf run`; empty: that of the program itself. */
  name: string
  description: string
  /** `<file...>` */
  arguments: { name: string; help: string; isFile: boolean; words: readonly string[] }[]
  flags: FlagSurface[]
}

const TABLE: readonly Entry[] = [...ENTRIES, ...entriesOf(SERVE), ...entriesOf(LAB)]
const FILE = /^[<[](file|path|folder|base|new)\b/
/** Of `-h, --help`, which commander keeps apart from the others. */
const HELP: FlagSurface = {
  ...{ names: ['-h', '--help'], value: null, heading: '', help: 'print this help' },
  ...{ words: [], isList: false, isFile: false, variable: null, entry: null },
}

/** What can be typed, read from the commands themselves: manual, completions and explanations have no list of their own. */
export function surfaceOf(program: CommandUnknownOpts): CommandSurface[] {
  return [commandOf(program, ''), ...below(program, '')]
}

function below(parent: CommandUnknownOpts, before: string): CommandSurface[] {
  return parent.commands.flatMap((command) => {
    const name = `${before}${command.name()}`
    return [commandOf(command, name), ...below(command, `${name} `)]
  })
}

function commandOf(command: CommandUnknownOpts, name: string): CommandSurface {
  return {
    name,
    description: command.description(),
    arguments: command.registeredArguments.map(argumentOf),
    flags: [...command.options.map(flagOf), HELP],
  }
}

function argumentOf(argument: Argument) {
  const shown = `${argument.name()}${argument.variadic ? '...' : ''}`
  const name = argument.required ? `<${shown}>` : `[${shown}]`
  return {
    ...{ name, help: argument.description, isFile: FILE.test(name) },
    words: argument.argChoices ?? [],
  }
}

function flagOf(flag: Flag): FlagSurface {
  const [value = null] = /[<[].*/.exec(flag.flags) ?? []
  const entry = entryOf(flag)
  const isTransport = flag.long === '--transport'
  return {
    names: [flag.short, flag.long].filter((name) => name !== undefined),
    value,
    heading: flag.helpGroupHeading ?? '',
    help: flag.description,
    words: isTransport ? [...TRANSPORT_NAMES, 'all'] : wordsOf(entry, flag),
    isList: value === '<list>',
    isFile: value !== null && FILE.test(value),
    variable: variableFor(flag),
    entry,
  }
}

/** The same flag can be another thing to another command: its help tells them apart. */
function entryOf({ flags, description }: Flag): Entry | null {
  const isIt = ({ option }: Entry) => option.flag === flags && description.startsWith(option.help)
  return TABLE.find(isIt) ?? null
}

function wordsOf(entry: Entry | null, flag: Flag): readonly string[] {
  const kind = entry?.option.kind
  if (kind?.is === 'word') return kind.words
  if (kind?.is === 'bytes') return Object.keys(kind.words ?? {})
  return flag.argChoices ?? []
}
