import { type Command, Option } from '@commander-js/extra-typings'

/** Of each flag that has one, whether it is set or not. */
const VARIABLES = new WeakMap<object, string>()

/** The variable that sets a flag too; `null`: none does. */
export function variableFor(flag: object): string | null {
  return VARIABLES.get(flag) ?? null
}

/** `--sndbuf <size>` is also `XRBENCH_SNDBUF`. */
function variableOf(longFlag: string): string {
  return `XRBENCH_${longFlag.replace(/^--/, '').replaceAll('-', '_').toUpperCase()}`
}

/**
 * An option that can also be set by its `XRBENCH_*` variable. An empty variable counts as unset, and so does `0`,
 * `false`, `no` or `off` for an option without a value.
 */
export function option<const Flags extends string>(
  flags: Flags,
  description: string,
): Option<Flags> {
  const made = new Option(flags, description)
  const variable = variableOf(made.long ?? '')
  VARIABLES.set(made, variable)
  const value = process.env[variable] ?? ''
  const isOff = made.isBoolean() || made.negate ? /^(0|false|no|off|)$/i.test(value) : value === ''
  return isOff ? made : made.env(variable)
}

/** An option of a list: given again, it goes on. */
export function listOption<const Flags extends string>(flags: Flags, description: string) {
  return option(flags, description).argParser((value: string, before?: string) =>
    before === undefined ? value : `${before},${value}`,
  )
}

/**
 * An option that no variable sets. Of commands that make other files than results, what `run` calls by the same name is another thing: its
 * result file is not where a page goes.
 */
export function ownOption<const Flags extends string>(
  flags: Flags,
  description: string,
): Option<Flags> {
  return new Option(flags, description)
}

/** What the user wrote to set an option: the flag, or the variable. For errors. */
export function labelOf(
  command: Pick<Command, 'options' | 'getOptionValueSource'>,
  key: string,
): string {
  const long = command.options.find((o) => o.attributeName() === key)?.long ?? `--${key}`
  return command.getOptionValueSource(key) === 'env' ? variableOf(long) : long
}
