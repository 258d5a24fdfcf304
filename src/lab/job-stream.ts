import { randomBytes } from 'node:crypto'

/** Ends each stream of a command: random, so that no output has it by chance; its first byte is rare in any. */
export function createToken(): string {
  return `\x1e${randomBytes(16).toString('hex')}`
}

/**
 * The bytes of a stream up to its token. Nothing is held back but what may be the token's beginning, so a prompt without a
 * line's end comes through at once.
 */
export class JobStream {
  readonly #token: Buffer
  readonly #take: (chunk: Buffer) => void
  #held: Buffer = Buffer.alloc(0)
  #isEnded = false

  constructor(token: string, take: (chunk: Buffer) => void) {
    this.#token = Buffer.from(token)
    this.#take = take
  }

  get isEnded(): boolean {
    return this.#isEnded
  }

  push(chunk: Buffer): void {
    if (this.#isEnded) return
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk])
    const at = bytes.indexOf(this.#token)
    this.#isEnded = at >= 0
    const end = this.#isEnded ? at : bytes.length - this.#beginningAtEndOf(bytes)
    this.#held = bytes.subarray(end)
    if (end > 0) this.#take(bytes.subarray(0, end))
  }

  /** Length of the longest end of `bytes` that the token begins with. */
  #beginningAtEndOf(bytes: Buffer): number {
    for (let length = Math.min(bytes.length, this.#token.length - 1); length > 0; length--) {
      if (bytes.subarray(-length).equals(this.#token.subarray(0, length))) return length
    }
    return 0
  }
}
