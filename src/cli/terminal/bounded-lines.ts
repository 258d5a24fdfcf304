import { after } from '../../deadline.js'
import { type Deferred, deferred } from '../../deferred.js'

/** What waits for a reader, characters: some thousand lines. */
const MAX_WAITING_CHARS = 256 * 1024
/** At the end nobody is waited for any longer who has taken nothing for so long. */
const STALLED_MS = 2_000

/**
 * Lines for a reader who may stall, as a pager, a full pipe or a terminal that was halted: what he has not taken waits, up to a bound. Those
 * beyond it are counted, and told of when he reads on. Nothing here keeps this process waiting.
 */
export class BoundedLines {
  readonly #stream: NodeJS.WriteStream
  readonly #lostLine: (count: number) => string
  readonly #waiting: string[] = []
  #waitingChars = 0
  #lost = 0
  /** Of the line that is being written. */
  #taking: Deferred<void> | null = null

  /** @param lostLine says how many there were that nobody gets */
  constructor(stream: NodeJS.WriteStream, lostLine: (count: number) => string) {
    this.#stream = stream
    this.#lostLine = lostLine
    neverBlock(stream)
  }

  /** @param line with the end of it */
  write(line: string): void {
    // Once some are lost, all are until there is room: what is lost is one piece.
    if (this.#lost > 0 || this.#waitingChars + line.length > MAX_WAITING_CHARS) this.#lost += 1
    else this.#add(line)
    if (this.#taking === null) this.#writeNext()
  }

  /** Resolves when all has been taken, or when nothing is any more. */
  async close(): Promise<void> {
    while (this.#taking !== null) {
      const stalled = after(STALLED_MS, true)
      const isStalled = await Promise.race([this.#taking.promise, stalled.promise])
      stalled.cancel()
      if (isStalled === true) return
    }
  }

  #add(line: string): void {
    this.#waiting.push(line)
    this.#waitingChars += line.length
  }

  #writeNext(): void {
    if (this.#lost > 0 && this.#waitingChars <= MAX_WAITING_CHARS / 2) {
      this.#add(this.#lostLine(this.#lost))
      this.#lost = 0
    }
    const line = this.#waiting.shift()
    if (line === undefined) return
    this.#waitingChars -= line.length
    const taking = deferred<void>()
    this.#taking = taking
    // A reader that went away, or a full disk, ends nothing.
    this.#stream.write(line, () => {
      this.#taking = null
      this.#writeNext()
      taking.resolve()
    })
  }
}

/** Node.js waits for terminals; one that is halted (Ctrl-S) would halt all of this process. Pipes it does not wait for, and files never stall. */
function neverBlock(stream: NodeJS.WriteStream): void {
  const { _handle: handle } = stream as { _handle?: { setBlocking?(isBlocking: boolean): number } }
  if (stream.isTTY) handle?.setBlocking?.(false)
}
