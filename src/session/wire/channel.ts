import type { Duplex } from 'node:stream'
import { withDeadline } from '../../deadline.js'
import { type Deferred, deferred } from '../../deferred.js'
import { EXIT_CODES, peerError, XrbenchError } from '../../errors.js'
import { encodeFrame, FrameReader } from './frame.js'
import { Inflow } from './inflow.js'
import type { MessageCheck } from './message-check.js'
import { CUT_MS, HEARTBEAT_MS, HELLO_FRAME_MAX_BYTES, SILENCE_MS, UNREAD_MS } from './protocol.js'

/** Messages that arrived and were not received yet; together they are no longer than one frame may be. */
const QUEUE_MAX = 32

/** Of the path to what is not valid, which may lead through names that the peer chose. */
const MAX_PATH_CHARS = 80

interface Tagged {
  readonly type: string
}

interface ChannelOptions<In extends Tagged> {
  /** Judges what arrives. */
  incoming: MessageCheck<In>
  /** … first, heartbeats apart, where that may be what is not heard again. Default: `incoming`. */
  first?: MessageCheck<In>
  /** Largest frame this end sends, bytes. */
  maxOutgoingBytes: number
  /** Whom the other end is called in errors: `agent` or `client`. */
  peer: string
  heartbeatMs?: number
  silenceMs?: number
}

/**
 * Validated messages over a byte stream, with heartbeats both ways. After the first fault, in order or not, nothing more is
 * delivered and `receive` rejects with that fault, every time.
 */
export class Channel<In extends Tagged, Out extends Tagged> {
  readonly #socket: Duplex
  readonly #options: ChannelOptions<In>
  readonly #reader = new FrameReader(HELLO_FRAME_MAX_BYTES)
  readonly #inflow: Inflow
  readonly #queue: { message: In; bytes: number }[] = []
  readonly #lost = deferred<XrbenchError>()
  readonly #timer: NodeJS.Timeout
  #queuedBytes = 0
  #hasHeardFirst = false
  #waiter: Deferred<In> | null = null
  #fault: XrbenchError | null = null
  #heardAt = performance.now()
  #tickedAt = performance.now()
  /** When all that was written had been taken. */
  #takenAt = performance.now()

  constructor(socket: Duplex, options: ChannelOptions<In>) {
    this.#socket = socket
    this.#options = options
    this.#inflow = new Inflow(options.peer)
    socket.on('data', (chunk: Buffer) => this.#read(chunk))
    socket.once('end', () => this.#fail(this.#closed()))
    socket.once('close', () => this.#fail(this.#closed()))
    socket.on('error', (cause) => this.#fail(this.#broken(cause)))
    this.#timer = setInterval(() => this.#tick(), options.heartbeatMs ?? HEARTBEAT_MS)
  }

  /** Largest frame that may arrive from now on, bytes; that of a hello until set. */
  set maxIncomingBytes(bytes: number) {
    this.#reader.maxBytes = bytes
  }

  /** Resolves with the reason once the peer is gone, silent or out of order, and after `close()`. */
  get lost(): Promise<XrbenchError> {
    return this.#lost.promise
  }

  /** The same reason, or `null` while the peer is there. */
  get fault(): XrbenchError | null {
    return this.#fault
  }

  /** Sends, or does nothing when the peer is gone: `receive` and `lost` tell. */
  send(message: Out): void {
    if (this.#fault !== null || !this.#socket.writable) return
    this.#write(message)
  }

  /**
   * Resolves when the peer has taken what was sent to it, nearly: whoever answers requests waits for that before the next one, so that a peer that reads
   * no answers gets no more of them. Rejects with the fault.
   */
  async taken(): Promise<void> {
    while (this.#fault === null && this.#socket.writableNeedDrain) {
      const drained = deferred<void>()
      const resume = () => drained.resolve()
      this.#socket.once('drain', resume)
      await Promise.race([drained.promise, this.#lost.promise])
      this.#socket.off('drain', resume)
    }
    if (this.#fault !== null) throw this.#fault
  }

  /** The next message; one caller at a time. `deadlineMs` bounds the wait for it, heartbeats or not; `late` says what it is then, by default silence. */
  receive(deadlineMs?: number, late?: () => XrbenchError): Promise<In> {
    const queued = this.#queue.shift()
    if (queued !== undefined) {
      this.#queuedBytes -= queued.bytes
      return Promise.resolve(queued.message)
    }
    if (this.#fault !== null) return Promise.reject(this.#fault)
    this.#waiter ??= deferred<In>()
    if (deadlineMs === undefined) return this.#waiter.promise
    return withDeadline(this.#waiter.promise, deadlineMs, () => {
      const fault = late?.() ?? this.#silent(deadlineMs)
      this.#fail(fault)
      return fault
    })
  }

  /** Closes, after a last word where the other end may still hear it; a peer that reads nothing is cut off. */
  close(lastWord?: Out): void {
    if (lastWord !== undefined && this.#socket.writable) this.#write(lastWord)
    this.#fail(this.#closed())
    this.#socket.end()
  }

  #write(message: Tagged): void {
    this.#socket.write(encodeFrame(message, this.#options.maxOutgoingBytes))
  }

  #read(chunk: Buffer): void {
    if (this.#fault !== null) return
    try {
      this.#inflow.addBytes(chunk.length, this.#reader.maxBytes)
      this.#reader.push(chunk)
      for (let frame = this.#reader.next(); frame !== undefined; frame = this.#reader.next()) {
        this.#inflow.addFrame()
        this.#heardAt = performance.now()
        this.#deliver(frame.message, frame.bytes)
      }
    } catch (fault) {
      this.#fail(fault instanceof XrbenchError ? fault : this.#unforeseen(fault))
    }
  }

  #deliver(message: unknown, bytes: number): void {
    const { incoming, first = incoming } = this.#options
    const checked = (this.#hasHeardFirst ? incoming : first).safeParse(message)
    if (!checked.success) {
      const issue = checked.error.issues[0]
      const path = issue?.path.join('.').slice(0, MAX_PATH_CHARS) ?? ''
      const where = path === '' ? '' : ` at '${path}'`
      throw peerError(
        'XRB_PROTOCOL',
        `The ${this.#options.peer} sent a message that is not valid${where}.`,
        {
          context: { issue: issue?.message },
        },
      )
    }
    if (checked.data.type === 'ping') return
    this.#hasHeardFirst = true
    const waiter = this.#waiter
    this.#waiter = null
    if (waiter !== null) waiter.resolve(checked.data)
    else this.#enqueue(checked.data, bytes)
  }

  #enqueue(message: In, bytes: number): void {
    const isFull = this.#queue.length === QUEUE_MAX
    if (isFull || this.#queuedBytes + bytes > this.#reader.maxBytes)
      throw peerError('XRB_PROTOCOL', `The ${this.#options.peer} sent more than it was asked for.`)
    this.#queue.push({ message, bytes })
    this.#queuedBytes += bytes
  }

  #tick(): void {
    this.#inflow.beat()
    const now = performance.now()
    const late = now - this.#tickedAt
    this.#tickedAt = now
    const silenceMs = this.#options.silenceMs ?? SILENCE_MS
    // This process itself was stopped or starved: what the peer sent meanwhile has not been read yet.
    if (late > silenceMs / 2) this.#heardAt = now
    if (late > silenceMs / 2 || !this.#socket.writableNeedDrain) this.#takenAt = now
    if (now - this.#heardAt > silenceMs) this.#fail(this.#silent(silenceMs))
    else if (now - this.#takenAt > UNREAD_MS) this.#fail(this.#unread())
    // What waits to be read already says that this end is there.
    else if (this.#socket.writable && !this.#socket.writableNeedDrain) this.#write({ type: 'ping' })
  }

  #fail(fault: XrbenchError): void {
    if (this.#fault !== null) return
    this.#fault = fault
    clearInterval(this.#timer)
    this.#lost.resolve(fault)
    this.#waiter?.reject(fault)
    this.#waiter = null
    // What was written before, and a last word, still go out; a peer that doesn't read them is not waited for.
    const cut = setTimeout(() => this.#socket.destroy(), CUT_MS)
    this.#socket.once('close', () => clearTimeout(cut))
  }

  #closed(): XrbenchError {
    return peerError('XRB_PEER_LOST', `The ${this.#options.peer} closed the control connection.`, {
      hint: 'look at what the peer printed, and start it again with: xrbench serve',
    })
  }

  /** Not in order: by the path, by the kernel, or by TLS. */
  #broken(cause: NodeJS.ErrnoException): XrbenchError {
    const sentence = `The control connection to the ${this.#options.peer} broke (${cause.code ?? cause.message}).`
    return peerError('XRB_PEER_LOST', sentence, {
      hint: 'look at what the peer printed, and whether something between the two ends cuts connections',
      cause,
    })
  }

  /** Whatever arrived, it is for this end to bear. */
  #unforeseen(cause: unknown): XrbenchError {
    const kind = cause instanceof Error ? cause.name : typeof cause
    return new XrbenchError(
      'XRB_INTERNAL',
      EXIT_CODES.internal,
      `This end failed at what the ${this.#options.peer} sent (${kind}).`,
      { hint: 'please report this, with what --verbose adds', cause },
    )
  }

  #unread(): XrbenchError {
    return peerError(
      'XRB_PEER_SILENT',
      `The ${this.#options.peer} has read nothing of what it was told for ${UNREAD_MS / 1000} s.`,
      { hint: 'look whether the peer is stopped, overloaded or cut off' },
    )
  }

  #silent(ms: number): XrbenchError {
    return peerError(
      'XRB_PEER_SILENT',
      `The ${this.#options.peer} has been silent for ${(ms / 1000).toFixed(ms % 1000 === 0 ? 0 : 1)} s.`,
      { hint: 'look whether the peer is stopped, overloaded or cut off' },
    )
  }
}
