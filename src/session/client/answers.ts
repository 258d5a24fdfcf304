import { after, withDeadline } from '../../deadline.js'
import { deferred } from '../../deferred.js'
import { peerError, type XrbenchError } from '../../errors.js'
import { ANSWER_MS } from '../wire/protocol.js'

/** What an agent owes a client in a repetition, none of it without a deadline: one that is there, and says nothing else, holds nobody. */
export class Answers {
  readonly #over = deferred<never>()
  readonly #setUpMs: number
  readonly #began = performance.now()

  /**
   * @param over nothing is waited for any more
   * @param setUpMs from now to the start
   */
  constructor(over: AbortSignal, setUpMs: number) {
    this.#setUpMs = setUpMs
    over.addEventListener('abort', () => this.#over.reject(over.reason), { once: true })
  }

  /** One of those that lead to the start, which have a deadline together. @throws {XrbenchError} `XRB_PEER_SILENT` */
  beforeStart<T>(answer: Promise<T>): Promise<T> {
    const leftMs = Math.max(0, this.#began + this.#setUpMs - performance.now())
    const sentence = `The agent's end was not ready after ${this.#setUpMs / 1000} s.`
    return this.#within(leftMs, answer, sentence)
  }

  /** One that takes no waiting. @throws {XrbenchError} `XRB_PEER_SILENT` */
  prompt<T>(answer: Promise<T>): Promise<T> {
    return this.#within(ANSWER_MS, answer, `The agent did not answer within ${ANSWER_MS / 1000} s.`)
  }

  /** One that may take for ever, as long as `read` shows more at least every `ms`. @throws {XrbenchError} `XRB_PEER_SILENT` */
  async whileItGrows<T>(answer: Promise<T>, read: () => number, ms: number): Promise<T> {
    const seconds = Math.round(ms / 1000)
    const sentence = `The agent's end has not told of anything more that it measured for ${seconds} s.`
    const none = Symbol('none yet')
    for (;;) {
      const before = read()
      const pause = after(ms, none)
      const all = Promise.race([answer, this.#over.promise, pause.promise])
      const first = await all.finally(() => pause.cancel())
      if (first !== none) return first as T
      if (read() <= before) throw silent(sentence)
    }
  }

  #within<T>(ms: number, answer: Promise<T>, sentence: string): Promise<T> {
    return withDeadline(Promise.race([answer, this.#over.promise]), ms, () => silent(sentence))
  }
}

function silent(sentence: string): XrbenchError {
  return peerError('XRB_PEER_SILENT', sentence, {
    hint: 'look whether the peer is stopped or overloaded',
  })
}
