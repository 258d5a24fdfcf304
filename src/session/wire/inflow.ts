import { peerError } from '../../errors.js'

/** Of messages in order there are some hundred a second at the most, in a warm-up of both directions. */
export const MAX_FRAMES_PER_BEAT = 2_000
/** As many of the longest. */
const MAX_LONGEST_PER_BEAT = 4

/** What comes in from one heartbeat of this end to the next: a peer that has the key does not keep this process busy with nothing. */
export class Inflow {
  readonly #peer: string
  #frames = 0
  #bytes = 0

  /** @param peer what it is called in errors */
  constructor(peer: string) {
    this.#peer = peer
  }

  /** @throws {XrbenchError} `XRB_PROTOCOL` */
  addFrame(): void {
    this.#frames += 1
    if (this.#frames > MAX_FRAMES_PER_BEAT) throw this.#tooMuch()
  }

  /** @param longest a frame may have, bytes. @throws {XrbenchError} `XRB_PROTOCOL` */
  addBytes(bytes: number, longest: number): void {
    this.#bytes += bytes
    if (this.#bytes > MAX_LONGEST_PER_BEAT * longest) throw this.#tooMuch()
  }

  beat(): void {
    this.#frames = 0
    this.#bytes = 0
  }

  #tooMuch() {
    return peerError('XRB_PROTOCOL', `The ${this.#peer} says more than anybody has to say at once.`)
  }
}
