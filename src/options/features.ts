import { ENTRIES, type Entry, valueAt } from './groups.js'

/** What an agent announces of the table that the first ones did not know, and what it is called in a sentence. */
interface Feature {
  readonly name: string
  readonly called: string
}

/** … all of it. */
export const OPTION_FEATURES: readonly Feature[] = ENTRIES.flatMap((entry) => [
  ...ofOption(entry),
  ...(entry.option.newWords ?? []).flatMap((word) => ofWord(entry, word)),
])

/** … what it has to know of it for a case. */
export function optionFeatures(parameters: object): Feature[] {
  return ENTRIES.flatMap((entry) => {
    const value = valueAt(parameters, entry.casePath)
    if (value === undefined || value === null) return []
    return [...(value === entry.option.absent ? [] : ofOption(entry)), ...ofWord(entry, value)]
  })
}

/** `option:<flag>`. */
function ofOption({ flag, option: { isNewOnWire, called } }: Entry): Feature[] {
  if (isNewOnWire !== true) return []
  return [{ name: `option:${flag}`, called: called?.[flag] ?? `--${flag}` }]
}

/** `<flag>:<word>`. */
function ofWord({ flag, option: { newWords = [], called } }: Entry, value: unknown): Feature[] {
  const word = String(value)
  if (!newWords.includes(word)) return []
  return [{ name: `${flag}:${word}`, called: called?.[word] ?? word }]
}
