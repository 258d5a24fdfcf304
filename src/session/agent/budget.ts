/** Memory for the buffers of all repetitions that are under way. */
export class Budget {
  #freeBytes: number

  constructor(bytes: number) {
    this.#freeBytes = bytes
  }

  get freeBytes(): number {
    return this.#freeBytes
  }

  /** Takes so much and gives back how to return it; `null` when there is not so much left. */
  take(bytes: number): (() => void) | null {
    if (bytes > this.#freeBytes) return null
    this.#freeBytes -= bytes
    let isTaken = true
    return () => {
      if (isTaken) this.#freeBytes += bytes
      isTaken = false
    }
  }
}
