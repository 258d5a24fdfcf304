import { isObject } from '../../is-object.js'

/**
 * Gives the parts of a document that came to have members later the ones it lacks, as the schema has them for what did not exist then. Changes
 * `json`; members that this version does not know stay.
 */
export function completeOlder(json: unknown, parsed: unknown): void {
  if (!isObject(json) || !isObject(parsed)) return
  for (const [name, value] of Object.entries(parsed)) {
    if (name in json) completeOlder(json[name], value)
    else json[name] = value
  }
}
