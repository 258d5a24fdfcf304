import { EndpointProcess } from './process.js'

/**
 * Endpoint processes, one for each repetition. One can be forked ahead: starting Node.js costs more than everything else
 * between two repetitions, and must not fall into one.
 */
export class EndpointSource {
  readonly #isConfined: boolean
  #spare: EndpointProcess | null = null
  #closed = false

  /** @param isConfined they work for somebody else than their user */
  constructor(isConfined = false) {
    this.#isConfined = isConfined
  }

  /** Forks the next process now, unless it is there. Not to be called while something measures, for anybody. */
  forkAhead(): void {
    if (this.#closed || this.#spare !== null) return
    const spare = new EndpointProcess([], this.#isConfined)
    this.#spare = spare
    void spare.ended.then(() => this.#replace(spare))
  }

  /** Process id of the one that is ahead; `null`: there is none. */
  get sparePid(): number | null {
    return this.#spare?.pid ?? null
  }

  take(): EndpointProcess {
    const taken = this.#spare ?? new EndpointProcess([], this.#isConfined)
    this.#spare = null
    return taken
  }

  /** One that somebody killed before it was taken is forked anew; one that never began would not begin the next time. */
  #replace(spare: EndpointProcess): void {
    if (this.#spare !== spare) return
    this.#spare = null
    if (spare.build !== null) this.forkAhead()
  }

  async close(): Promise<void> {
    this.#closed = true
    const spare = this.#spare
    this.#spare = null
    await spare?.kill()
  }
}
