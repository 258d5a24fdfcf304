import { type Deferred, deferred } from '../../deferred.js'

/** What is promised of each version of a window. */
export class Versions<T> {
  readonly #all = new Map<number, Deferred<T>>()
  #reason: unknown = null
  #listener: ((version: number) => void) | null = null

  of(version: number): Deferred<T> {
    const known = this.#all.get(version)
    if (known !== undefined) return known
    const fresh = deferred<T>()
    if (this.#reason !== null) fresh.reject(this.#reason)
    this.#all.set(version, fresh)
    return fresh
  }

  listen(listener: (version: number) => void): void {
    this.#listener = listener
  }

  resolve(version: number, value: T): void {
    this.of(version).resolve(value)
    this.#listener?.(version)
  }

  /** Whatever was not kept never will be. */
  reject(reason: unknown): void {
    this.#reason = reason
    for (const waiting of this.#all.values()) waiting.reject(reason)
  }
}
