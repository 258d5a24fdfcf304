import { type Entry, entriesOf } from '../../options/groups.js'
import type { Asked, Group, Option } from '../../options/option.js'
import { parseList } from './list.js'
import { itemsOf, refuseRange } from './range.js'
import { parseValue } from './value.js'

/** What commander made of the flags. */
type Flags = Readonly<Record<string, unknown>>
/** What the user wrote to set an option, by its attribute. */
type Label = (attribute: string) => string

/** What was given of a group. @throws {XrbenchError} exit 2, for the first option that cannot be read */
export function readGroup<G extends Group>(group: G, flags: Flags, label: Label): Asked<G> {
  const values = entriesOf(group).map((entry) => [entry.path, givenOf(entry, flags, label)])
  return Object.fromEntries(values.filter(([, value]) => value !== undefined)) as Asked<G>
}

/** `undefined`: not given. @throws {XrbenchError} exit 2 */
export function givenOf({ attribute, option }: Entry, flags: Flags, label: Label): unknown {
  const given = flags[attribute]
  if (given === undefined) return undefined
  if (typeof given === 'boolean') {
    // A flag that says "no" is there with its default in any case.
    if (option.each === undefined) return given
    return given ? [false, true] : undefined
  }
  const [text, name] = [String(given), label(attribute)]
  if (option.each === undefined) refuseRange(option.kind, text, name)
  return option.each === undefined
    ? parseValue(option.kind, text, name)
    : parseList(
        text,
        name,
        (item) => parseValue(option.kind, item, name),
        (item) => itemsOf(option.kind, item, name),
      )
}

/** What `--help` says of it. */
export function helpOf({ help, byDefault }: Pick<Option, 'help' | 'byDefault'>): string {
  return byDefault === undefined ? help : `${help} (default: ${byDefault})`
}
