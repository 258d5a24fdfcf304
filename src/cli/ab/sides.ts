import { Command } from '@commander-js/extra-typings'
import type { OptionNames } from '../../run/names.js'
import { labelOf } from '../flags/option.js'
import { type RunFlags, withRunOptions } from '../run/flags.js'

/** Options as they were given to both configurations, or to one. */
export interface GivenFlags {
  flags: RunFlags
  /** Those on the command line itself. */
  given: readonly (keyof RunFlags)[]
  names: OptionNames
}

/** The options of one side. @throws {CommanderError} */
export function parseSide(args: readonly string[]): GivenFlags {
  const command = withRunOptions(
    new Command()
      .exitOverride()
      .configureOutput({ outputError: () => {} })
      .showSuggestionAfterError()
      .allowExcessArguments(false),
  )
  command.parse([...args], { from: 'user' })
  return flagsGiven(command)
}

type Parsed = Pick<ReturnType<typeof withRunOptions>, 'opts' | 'options' | 'getOptionValueSource'>

export function flagsGiven(command: Parsed): GivenFlags {
  const flags = command.opts()
  const isGiven = (key: string) => command.getOptionValueSource(key) === 'cli'
  return {
    flags,
    given: (Object.keys(flags) as (keyof RunFlags)[]).filter(isGiven),
    names: { label: (key) => labelOf(command, key), isGiven },
  }
}
