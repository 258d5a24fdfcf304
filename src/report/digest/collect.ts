import { compareTwo, conclude } from '../../compare/compare.js'
import type { Across, CompareDocument, Comparison, Difference } from '../../compare/schema.js'
import type { Source } from '../../compare/source.js'
import { usageError, XrbenchError } from '../../errors.js'
import { SLOTS } from '../charts/look.js'
import { type Digest, digestOf } from './digest.js'
import { type MachineFacts, machinesOf } from './machines.js'
import { FileNames } from './names.js'
import { type VariantRatio, variantRatios } from './transport-ratios.js'

/** Everything a report is made of: what was kept of each result. */
export interface Collected {
  digests: Digest[]
  machines: MachineFacts[]
  /** Of the base, the transports against one another. */
  ratios: VariantRatio[]
  /** Of several results, each against the first; `null`: there is one, or none can be compared. */
  comparison: CompareDocument | null
  /** Results that have nothing in common with the base. */
  strangers: string[]
  /** Results that answer another question than the base does, and why. */
  incomparable: { name: string; differences: Difference[] }[]
}

/** More than that are not legible beside one another. */
const MOST_MACHINES = 4
const MOST_HEAT_MAPS = 24

/** Takes results one at a time, the base first, and keeps little of each: a thousand need not be in memory together. */
export class Collector {
  readonly #across: Across | null
  readonly #names = new FileNames()
  readonly #digests: Digest[] = []
  readonly #machines: MachineFacts[] = []
  readonly #comparisons: Comparison[] = []
  readonly #strangers: string[] = []
  readonly #incomparable: Collected['incomparable'] = []
  #heatMaps = 0
  #base: Source | null = null

  constructor(across: Across | null = null) {
    this.#across = across
  }

  /** @throws {XrbenchError} `XRB_SAME_RESULT` when `source` is the base once more */
  add(source: Source): void {
    const name = this.#names.add(source)
    const keep = {
      curves: this.#digests.length < SLOTS,
      heat: this.#heatMaps < MOST_HEAT_MAPS,
    }
    const digest = digestOf(source, name, keep)
    this.#heatMaps += digest.cases.filter(({ heat }) => heat !== null).length
    this.#digests.push(digest)
    if (this.#machines.length < MOST_MACHINES) {
      this.#machines.push(...machinesOf(source, name))
    }
    if (this.#base === null) this.#base = source
    else this.#compare(this.#base, source, name)
  }

  #compare(base: Source, source: Source, name: string): void {
    try {
      const comparison = compareTwo(base, source, this.#across)
      const stops = comparison.differences.filter(({ weight }) => weight === 'stop')
      if (stops.length === 0) this.#comparisons.push(comparison)
      else this.#incomparable.push({ name, differences: stops })
    } catch (error) {
      const isStranger = error instanceof XrbenchError && error.code === 'XRB_NOTHING_TO_COMPARE'
      if (!isStranger) throw error
      this.#strangers.push(name)
    }
  }

  /** @throws {XrbenchError} without any result */
  finish(): Collected {
    const base = this.#base
    if (base === null) throw usageError('XRB_USAGE', 'report takes at least one result.')
    const isAb = this.#digests.length === 1 && base.doc.variants !== undefined
    if (isAb) this.#comparisons.push(compareTwo(base, base, 'variant'))
    const across = isAb ? 'variant' : this.#across
    const options = { across, forced: false, gates: [] } as const
    return {
      digests: this.#digests,
      machines: this.#machines,
      ratios: variantRatios(base),
      comparison:
        this.#comparisons.length === 0 ? null : conclude(base, this.#comparisons, options),
      strangers: this.#strangers,
      incomparable: this.#incomparable,
    }
  }
}
