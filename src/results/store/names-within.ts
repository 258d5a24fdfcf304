/** After the one and before the other, a name would be a part of a longer word. */
const BEFORE = /[\w.-]/
const AFTER = /[\w-]/

/**
 * Names that stand within texts, each as a word of its own; of several at one place the longest counts. A file may have hundreds of thousands, of which no
 * engine makes one pattern.
 */
export class NamesWithin {
  /** By their code units, so that what begins with one follows it. */
  readonly #names: readonly string[]
  /** Of each, where the longest one is that it begins with; -1: there is none. */
  readonly #beginnings: readonly number[]
  readonly #longest: number

  constructor(names: readonly string[]) {
    this.#names = [...new Set(names)].filter((name) => name !== '').toSorted()
    this.#longest = this.#names.reduce((longest, { length }) => Math.max(longest, length), 0)
    const beginnings: number[] = []
    for (const [i, name] of this.#names.entries()) {
      let at = i - 1
      while (at >= 0 && !name.startsWith(this.#names[at] ?? '')) at = beginnings[at] ?? -1
      beginnings.push(at)
    }
    this.#beginnings = beginnings
  }

  /** `text` with `replacement` of each name in place of it. */
  replaceAll(text: string, replacement: (name: string) => string): string {
    const pieces: string[] = []
    let from = 0
    for (let at = 0; at < text.length; at++) {
      const name = this.#nameAt(text, at)
      if (name === null) continue
      pieces.push(text.slice(from, at), replacement(name))
      from = at + name.length
      at = from - 1
    }
    return pieces.join('') + text.slice(from)
  }

  #nameAt(text: string, at: number): string | null {
    if (at > 0 && BEFORE.test(text.charAt(at - 1))) return null
    const rest = text.slice(at, at + this.#longest)
    for (let i = this.#lastUpTo(rest); i >= 0; i = this.#beginnings[i] ?? -1) {
      const name = this.#names[i] ?? ''
      if (rest.startsWith(name) && !AFTER.test(text.charAt(at + name.length))) return name
    }
    return null
  }

  /** The last name that is not after `rest`: whichever `rest` begins with, this one does or is it. -1: there is none. */
  #lastUpTo(rest: string): number {
    let [low, high] = [0, this.#names.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#names[middle] ?? '') <= rest) low = middle + 1
      else high = middle
    }
    return low - 1
  }
}
