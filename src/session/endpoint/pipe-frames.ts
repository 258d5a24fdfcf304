/**
 * What a process that measures and whoever started it say to one another: the frames of a session, over a pipe each way. It is not the channel of
 * child_process.fork(), where Node.js itself obeys some of what the other process says, and throws at whatever is no message of its own.
 */
import { encodeFrame, FrameReader } from '../wire/frame.js'

/** In the process that measures: where it hears, and where it speaks. */
export const COMMANDS_FD = 3
export const EVENTS_FD = 4

/**
 * Longest frame, bytes: 64 links with 64 intervals each, and 4,000 buckets in each of their histograms. JSON of that is still a string that V8 can
 * hold.
 */
export const PIPE_FRAME_MAX_BYTES = 256 * 1024 * 1024

/** What JSON has no word for, and has to arrive as it was. */
const ARRAYS = { Uint8Array, Int32Array, Float64Array }
type Name = keyof typeof ARRAYS

/** @throws {XrbenchError} `XRB_PROTOCOL` when it is too long */
export function pipeFrame(message: unknown): Buffer {
  return encodeFrame(packed(message), PIPE_FRAME_MAX_BYTES)
}

/** Cuts what a pipe brings into messages. */
export class PipeReader {
  readonly #frames: FrameReader

  constructor(maxBytes: number) {
    this.#frames = new FrameReader(maxBytes)
  }

  push(chunk: Buffer): void {
    this.#frames.push(chunk)
  }

  /** The next whole message, whatever it may be; `undefined`: more bytes are needed. Throws where it cannot be one. */
  next(): { message: unknown } | undefined {
    const frame = this.#frames.next()
    return frame && { message: unpacked(frame.message) }
  }
}

function packed(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(packed)
  if (ArrayBuffer.isView(value)) {
    const { buffer, byteOffset, byteLength } = value
    const base64 = Buffer.from(buffer, byteOffset, byteLength).toString('base64')
    return { array: nameOf(value), base64 }
  }
  return mapped(value, packed)
}

function nameOf(value: ArrayBufferView): Name {
  for (const [name, kind] of Object.entries(ARRAYS)) if (value instanceof kind) return name as Name
  throw new TypeError(`${value.constructor.name} cannot be told`)
}

function unpacked(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(unpacked)
  if ('array' in value && 'base64' in value) return arrayOf(value.array, value.base64)
  return mapped(value, unpacked)
}

function arrayOf(name: unknown, base64: unknown): ArrayBufferView {
  if (typeof base64 !== 'string' || !isName(name)) throw new TypeError('no array')
  // A buffer of its own: others share one, and may begin anywhere in it.
  return new ARRAYS[name](new Uint8Array(Buffer.from(base64, 'base64')).buffer)
}

function isName(name: unknown): name is Name {
  return typeof name === 'string' && Object.hasOwn(ARRAYS, name)
}

function mapped(value: object, of: (member: unknown) => unknown): object {
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, of(member)]))
}
