import { ENTRIES, valueAt } from '../options/groups.js'
import type { OptionNames } from '../run/names.js'
import type { Variation } from './request.js'

/** Where a request has what the command line has as an option. */
const MEMBERS = new Map(ENTRIES.map(({ attribute, path }) => [attribute, path]))

/** Options by the names of their members, and which of them `request` gives. */
export function memberNames(request: Variation): OptionNames {
  const label = (option: string) => MEMBERS.get(option) ?? option
  return { label, isGiven: (option) => valueAt(request, label(option)) !== undefined }
}
