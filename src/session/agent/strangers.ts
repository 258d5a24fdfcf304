import { type OriginLimits, originOf } from './origin.js'

/** Of what this process may open, strangers have half at most. */
export function strangerLimits(openFiles: number | null): OriginLimits {
  const all = Math.max(8, Math.min(1024, Math.floor((openFiles ?? 2048) / 2)))
  return { all, perOrigin: Math.max(4, Math.floor(all / 4)) }
}

/**
 * Who connected and has not shown the key yet, in the order they came. Of more than can be held the oldest goes, of its origin or of all: whoever has
 * the key needs milliseconds to show it and may come from the same address, so that no newcomer is refused.
 */
export class Strangers {
  readonly #limits: OriginLimits
  readonly #origins = new Map<string, string>()
  readonly #byOrigin = new Map<string, Set<string>>()

  constructor(limits: OriginLimits) {
    this.#limits = limits
  }

  get size(): number {
    return this.#origins.size
  }

  /** Takes one in, by a name of its own. Returns the one that has to go for it, if any. */
  add(name: string, address: string): string | null {
    const origin = originOf(address)
    const share = this.#byOrigin.get(origin) ?? new Set()
    this.#origins.set(name, origin)
    this.#byOrigin.set(origin, share.add(name))
    if (share.size > this.#limits.perOrigin) return this.#leaveFirst(share)
    if (this.size > this.#limits.all) return this.#leaveFirst(this.#origins.keys())
    return null
  }

  /** It has shown the key, or is gone. */
  leave(name: string): void {
    const origin = this.#origins.get(name)
    if (origin === undefined) return
    this.#origins.delete(name)
    const share = this.#byOrigin.get(origin)
    share?.delete(name)
    if (share?.size === 0) this.#byOrigin.delete(origin)
  }

  #leaveFirst(names: Iterable<string>): string | null {
    for (const name of names) {
      this.leave(name)
      return name
    }
    return null
  }
}
