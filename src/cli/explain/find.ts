import { usageError } from '../../errors.js'
import { nearest } from '../flags/suggest.js'
import { folded, type Topic } from './topic.js'

/** All that has the name, as it is typed or nearly so. @throws {XrbenchError} `XRB_USAGE`, with the nearest name */
export function find(asked: string, topics: readonly Topic[]): Topic[] {
  const namesOf = ({ name, aliases }: Topic) => [name.replace(/ [<[].*$/, ''), ...aliases]
  const exact = topics.filter((topic) => namesOf(topic).includes(asked))
  // One letter of a flag is no word.
  if (exact.length > 0 && asked.startsWith('-')) return exact
  const key = folded(asked)
  const alike = topics.filter((topic) => namesOf(topic).some((name) => folded(name) === key))
  if (key !== '' && alike.length > 0) return alike
  const names = new Map(topics.flatMap(namesOf).map((name) => [folded(name), name]))
  const near = nearest(key, [...names.keys()].sort(byLength))
  throw usageError(
    'XRB_USAGE',
    `Nothing is called '${asked}'.`,
    near === null ? 'xrbench explain lists all there is' : `xrbench explain ${names.get(near)}`,
  )
}

/** Of names that begin alike the shortest is meant. */
function byLength(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : 1)
}
