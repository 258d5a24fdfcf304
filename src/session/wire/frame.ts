import { peerError } from '../../errors.js'
import { parseForeignJson } from '../../foreign.js'

const LENGTH_BYTES = 4

/**
 * A message as it crosses the wire: 4-byte big-endian length of what follows, then JSON in UTF-8.
 * @throws {XrbenchError} `XRB_PROTOCOL` when it would be longer than `maxBytes`
 */
export function encodeFrame(message: unknown, maxBytes: number): Buffer {
  const body = Buffer.from(JSON.stringify(message, plainArrays), 'utf8')
  if (body.length > maxBytes) throw oversize(body.length, maxBytes)
  const frame = Buffer.allocUnsafe(LENGTH_BYTES + body.length)
  frame.writeUInt32BE(body.length, 0)
  body.copy(frame, LENGTH_BYTES)
  return frame
}

const NO_ROOM = Buffer.alloc(0)

/**
 * Cuts a byte stream into frames. The length is judged before a byte of the body is kept, so a peer
 * cannot make this end hold more than `maxBytes` and one chunk. What is held is copied into one buffer: a chunk
 * of a byte takes hundreds to keep.
 */
export class FrameReader {
  #room = NO_ROOM
  /** Of what is in there, the first byte that was not read yet, and the end. */
  #start = 0
  #end = 0
  #bodyBytes: number | null = null
  #maxBytes: number

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** Limit for frames whose length has not been read yet. */
  get maxBytes(): number {
    return this.#maxBytes
  }

  set maxBytes(value: number) {
    this.#maxBytes = value
  }

  /** Bytes held of a frame that isn't complete. */
  get pendingBytes(): number {
    return this.#end - this.#start
  }

  push(chunk: Buffer): void {
    if (this.#end + chunk.length > this.#room.length) this.#move(this.pendingBytes + chunk.length)
    chunk.copy(this.#room, this.#end)
    this.#end += chunk.length
  }

  /** To where `bytes` fit: twice as many of a frame that goes on, and no more than it has. */
  #move(bytes: number): void {
    const room = Buffer.allocUnsafeSlow(Math.max(bytes, Math.min(2 * bytes, this.#bodyBytes ?? 0)))
    this.#end = this.#room.copy(room, 0, this.#start, this.#end)
    this.#start = 0
    this.#room = room
  }

  /**
   * The next whole message, parsed and its words made harmless, but not validated, and how long it was; `undefined` when more bytes are needed. Each call
   * reads one, so that the limit can change between two.
   * @throws {XrbenchError} `XRB_PROTOCOL` on a length of 0 or above the limit, and on what isn't JSON
   */
  next(): { message: unknown; bytes: number } | undefined {
    if (this.#bodyBytes === null) {
      if (this.pendingBytes < LENGTH_BYTES) return undefined
      const length = this.#take(LENGTH_BYTES).readUInt32BE(0)
      if (length === 0) throw peerError('XRB_PROTOCOL', 'The peer sent an empty frame.')
      if (length > this.#maxBytes) throw oversize(length, this.#maxBytes)
      this.#bodyBytes = length
    }
    if (this.pendingBytes < this.#bodyBytes) return undefined
    const body = this.#take(this.#bodyBytes)
    this.#bodyBytes = null
    return { message: parse(body), bytes: body.length }
  }

  #take(bytes: number): Buffer {
    const taken = this.#room.subarray(this.#start, this.#start + bytes)
    this.#start += bytes
    if (this.#start === this.#end) {
      this.#room = NO_ROOM
      this.#start = this.#end = 0
    }
    return taken
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function parse(body: Buffer): unknown {
  try {
    return parseForeignJson(utf8.decode(body))
  } catch (cause) {
    throw peerError('XRB_PROTOCOL', 'The peer sent a frame that is not JSON.', { cause })
  }
}

/** Histograms come as typed arrays, which JSON would write as objects. */
function plainArrays(_key: string, value: unknown): unknown {
  return value instanceof Int32Array || value instanceof Float64Array ? Array.from(value) : value
}

function oversize(bytes: number, maxBytes: number) {
  return peerError('XRB_PROTOCOL', `A frame of ${bytes} bytes is over the limit of ${maxBytes}.`)
}
