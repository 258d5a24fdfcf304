import { type ChildProcess, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { Addon, EndpointSpec, NativeFault, RunOutcome } from '../../addon/addon.js'
import { withDeadline } from '../../deadline.js'
import { type Deferred, deferred } from '../../deferred.js'
import type { RdmaCounters } from '../../environment/rdma-counters.js'
import type { SoFar } from '../../results/repetition/report.js'
import { Inflow } from '../wire/inflow.js'
import {
  AGENT_FRAME_MAX_BYTES,
  ENDPOINT_BEAT_MS,
  ENDPOINT_COMMAND_MS,
  ENDPOINT_FINISH_MS,
  ENDPOINT_SILENCE_MS,
  ENDPOINT_START_MS,
} from '../wire/protocol.js'
import { Versions } from '../wire/versions.js'
import { isEndpointEvent } from './event-check.js'
import { lastWords, missedBy } from './last-words.js'
import { CONFINED, type EndpointCommand, type EndpointEvent, type Progress } from './messages.js'
import {
  COMMANDS_FD,
  EVENTS_FD,
  PIPE_FRAME_MAX_BYTES,
  PipeReader,
  pipeFrame,
} from './pipe-frames.js'
import type { Sample } from './warmup.js'

/** The same file whether this module runs from `src` (tests) or from `dist`. */
const MAIN = fileURLToPath(new URL('../../../dist/session/endpoint/main.js', import.meta.url))
/** Progress is told so often. */
const PROGRESS_MS = 500
/** Of a dying process's first words so much is kept: what follows them is where in its inside it was. */
const STDERR_MAX_CHARS = 4000

/** How an endpoint ended, whatever happened to its process. */
export interface EndpointEnd {
  outcome: RunOutcome | null
  fault: NativeFault | null
  processCpuNs: number
  /** Over the run, of the RDMA port in use; `null` for other transports, and where none could be read. */
  rdmaCounters: RdmaCounters | null
}

/** Who looks at a run while it is under way. */
interface EndpointRun {
  onProgress?: ((progress: Progress) => void) | undefined
  /** How far it is, every `sampleNs` of the warm-up. */
  warmup?: { sampleNs: number; onSample: (sample: Sample) => void } | undefined
  /** How far the measured phase is, once a second. */
  onSoFar?: ((soFar: SoFar) => void) | undefined
  /** `false`: each link ends its own warm-up, and with its measured phase, as for tests and `bench/`. */
  isDirected?: boolean | undefined
}

/** Codes of faults that the parent found, not the addon. */
export const PROCESS_DIED = 'PROCESS_DIED'
export const PROCESS_SILENT = 'PROCESS_SILENT'

/**
 * Parent's side of the process that measures one end of one repetition. Every wait ends: a process that does not answer in time, or shows no
 * pulse from `open` on, is killed, and `ended` says so.
 */
export class EndpointProcess {
  /** `null`: it could not be started. */
  readonly #child: ChildProcess | null
  readonly #commands: Writable | undefined
  readonly #events: Readable | undefined
  readonly #ready = deferred<void>()
  readonly #opened = deferred<Uint8Array>()
  readonly #connected = deferred<void>()
  readonly #running = deferred<void>()
  readonly #measured = new Versions<void>()
  readonly #scheduled = new Versions<boolean>()
  readonly #ended = deferred<EndpointEnd>()
  readonly #exited = deferred<void>()
  readonly #inflow = new Inflow('measuring process')
  readonly #reader: PipeReader
  readonly #maxBytes: number
  #build: Addon['build'] | null = null
  #hasEnded = false
  #stderr = ''
  #options: EndpointRun = {}
  #hasRun = false
  #soFar: SoFar | null = null
  #watch: NodeJS.Timeout | undefined
  #heardAt = 0
  #lookedAt = 0

  /**
   * @param wrapper command to start Node.js with, as `['strace', '-f']`: for tests and for `bench/`
   * @param isConfined it works for somebody else than its user, and gives up what it does not need
   */
  constructor(wrapper: readonly string[] = [], isConfined = false) {
    // Histograms are the client's: what an agent's end has to tell is no longer than what its client is told of it.
    this.#maxBytes = isConfined ? AGENT_FRAME_MAX_BYTES : PIPE_FRAME_MAX_BYTES
    this.#reader = new PipeReader(this.#maxBytes)
    try {
      this.#child = started(wrapper, isConfined)
    } catch (error) {
      // Of what the kernel may lack for it, some comes as an event, and some is thrown.
      this.#child = null
      this.#failed(error as NodeJS.ErrnoException)
      return
    }
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(0, STDERR_MAX_CHARS)
    })
    // Of one that could not be started there may be no pipes; how one ended is told otherwise.
    const pipes: readonly unknown[] = this.#child.stdio ?? []
    this.#commands = pipes[COMMANDS_FD] as Writable | undefined
    this.#events = pipes[EVENTS_FD] as Readable | undefined
    this.#commands?.on('error', () => {})
    this.#events?.on('error', () => {}).on('data', (chunk: Buffer) => this.#read(chunk))
    this.#child.on('error', (error) => this.#failed(error))
    this.#child.on('exit', (code, signal) => {
      this.#died(signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`)
      this.#exited.resolve()
    })
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** Build facts of the addon in the process; `null` before it is ready. */
  get build(): Addon['build'] | null {
    return this.#build
  }

  /** The loop is under way, or was. */
  get hasRun(): boolean {
    return this.#hasRun
  }

  /** How far the measured phase was when the process last said so; `null`: it has not. */
  get soFar(): SoFar | null {
    return this.#soFar
  }

  /** Calls `told` when every initiator or receiver of this end is through with a window by itself. */
  onMeasured(told: (version: number) => void): void {
    this.#measured.listen(told)
  }

  /** Resolves when they are through with the window of this version. */
  measured(version: number): Promise<void> {
    return this.#measured.of(version).promise
  }

  /** Resolves once nothing more is to be expected of this end; never rejects. */
  get ended(): Promise<EndpointEnd> {
    return this.#ended.promise
  }

  /** The blob for the peer. Rejects when the endpoint ends instead; `ended` says how. */
  async open(spec: EndpointSpec): Promise<Uint8Array> {
    await this.#within(this.#ready, ENDPOINT_START_MS, 'start')
    this.#tell({ type: 'open', spec, beatMs: ENDPOINT_BEAT_MS })
    this.#heardAt = this.#lookedAt = performance.now()
    this.#watch = setInterval(() => this.#look(), ENDPOINT_BEAT_MS)
    return this.#within(this.#opened, ENDPOINT_COMMAND_MS, 'open')
  }

  /** @param limitMs the connect timeout that the spec gave the addon, milliseconds */
  async connect(blob: Uint8Array, limitMs: number): Promise<void> {
    this.#tell({ type: 'connect', blob })
    return this.#within(this.#connected, limitMs + ENDPOINT_FINISH_MS, 'connect')
  }

  /** Resolves when the loop is under way. */
  async run(options: EndpointRun = {}): Promise<void> {
    this.#options = options
    this.#tell({
      type: 'run',
      progressMs: options.onProgress === undefined ? null : PROGRESS_MS,
      sampleMs: options.warmup === undefined ? null : options.warmup.sampleNs / 1e6,
      isDirected: options.isDirected ?? true,
    })
    return this.#within(this.#running, ENDPOINT_COMMAND_MS, 'run')
  }

  /** Names the window of this end; `startNs` of its CLOCK_MONOTONIC. Ends the samples. False when that got there too late. */
  async schedule(version: number, startNs: number): Promise<boolean> {
    this.#tell({ type: 'schedule', version, startNs })
    return this.#within(this.#scheduled.of(version), ENDPOINT_COMMAND_MS, 'schedule')
  }

  stop(): void {
    this.#tell({ type: 'stop' })
  }

  /** Stops what is under way and tells how it ended; a process that does not say so is killed. */
  async finish(): Promise<EndpointEnd> {
    if (!this.#hasEnded) {
      this.stop()
      await this.#within(this.#ended, ENDPOINT_FINISH_MS, 'stop').catch(() => {})
    }
    return this.#ended.promise
  }

  /** Closes the sockets and ends the process, by force when it has to be. Idempotent. */
  async close(): Promise<void> {
    this.#tell({ type: 'close' })
    const exited = this.#exited.promise
    await withDeadline(exited, 1_000, () => new Error('still there')).catch(() => this.kill())
  }

  /** Ends the process at once. One that the kernel holds on to, in a driver's teardown, is left behind. */
  async kill(): Promise<void> {
    this.#child?.kill('SIGKILL')
    const stuck = () => new Error('held by the kernel')
    await withDeadline(this.#exited.promise, ENDPOINT_FINISH_MS, stuck).catch(() => {
      this.#child?.unref()
      this.#commands?.destroy()
      this.#events?.destroy()
    })
  }

  #tell(command: EndpointCommand): void {
    if (this.#commands?.writable) this.#commands.write(pipeFrame(command))
  }

  /** What the process promised, or the end of the endpoint if that comes first, or of patience. */
  #within<T>(promised: Deferred<T>, ms: number, op: string): Promise<T> {
    const late = () =>
      this.#giveUp(op, `the measuring process did not answer to '${op}' within ${ms / 1000} s`)
    return withDeadline(promised.promise, ms, late)
  }

  #read(chunk: Buffer): void {
    this.#reader.push(chunk)
    for (let event = this.#next(chunk.length); event !== null; event = this.#next(0)) {
      this.#hear(event)
    }
  }

  /** Gives the process up that says what none says, or more than any: whoever has taken it over keeps this one busy with nothing. */
  #next(arrivedBytes: number): EndpointEvent | null {
    try {
      this.#inflow.addBytes(arrivedBytes, this.#maxBytes)
      const said = this.#reader.next()
      if (said === undefined) return null
      this.#inflow.addFrame()
      if (isEndpointEvent(said.message)) return said.message
    } catch {
      // What cannot be read is no message either.
    }
    this.#giveUp('message', 'the measuring process sent what is no message', PROCESS_DIED)
    this.#events?.destroy()
    return null
  }

  #look(): void {
    const now = performance.now()
    const late = now - this.#lookedAt
    this.#lookedAt = now
    // This process itself was stopped or starved: what it was told meanwhile has not been read yet.
    if (late > ENDPOINT_SILENCE_MS / 2) this.#heardAt = now
    this.#inflow.beat()
    if (now - this.#heardAt <= ENDPOINT_SILENCE_MS) return
    const seconds = ENDPOINT_SILENCE_MS / 1000
    this.#giveUp('beat', `the measuring process has shown no sign of life for ${seconds} s`)
  }

  #giveUp(op: string, message: string, code = PROCESS_SILENT): Error {
    this.#end({
      outcome: null,
      fault: { code, op, errno: 0, message },
      processCpuNs: 0,
      rdmaCounters: null,
    })
    this.#child?.kill('SIGKILL')
    return new Error(message)
  }

  #hear(event: EndpointEvent): void {
    this.#heardAt = performance.now()
    switch (event.type) {
      case 'beat':
        if (event.soFar === null) break
        this.#soFar = event.soFar
        this.#options.onSoFar?.(event.soFar)
        break
      case 'ready':
        this.#build = event.build
        this.#ready.resolve()
        break
      case 'opened':
        this.#opened.resolve(event.blob)
        break
      case 'connected':
        this.#connected.resolve()
        break
      case 'running':
        this.#hasRun = true
        this.#running.resolve()
        break
      case 'progress':
        this.#options.onProgress?.(event.progress)
        break
      case 'sample':
        this.#options.warmup?.onSample(event.sample)
        break
      case 'scheduled':
        this.#scheduled.resolve(event.version, event.isAhead)
        break
      case 'measured':
        this.#measured.resolve(event.version, undefined)
        break
      case 'ended':
        this.#end(event)
        break
    }
  }

  #failed({ message, errno = 0 }: NodeJS.ErrnoException): void {
    this.#died(`could not be started or told: ${message}`, Math.abs(errno))
  }

  #died(how: string, errno = 0): void {
    const words = lastWords(this.#stderr)
    const message = `the measuring process ${how}${words === '' ? '' : `: ${words}`}`
    this.#end({
      outcome: null,
      fault: { code: PROCESS_DIED, op: 'process', errno: errno || missedBy(this.#stderr), message },
      processCpuNs: 0,
      rdmaCounters: null,
    })
    this.#exited.resolve()
  }

  #end({ outcome, fault, processCpuNs, rdmaCounters }: EndpointEnd): void {
    clearInterval(this.#watch)
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#ended.resolve({ outcome, fault, processCpuNs, rdmaCounters })
    const reason = new Error(fault?.message ?? 'the endpoint has ended')
    for (const waiting of [this.#ready, this.#opened, this.#connected, this.#running]) {
      waiting.reject(reason)
    }
    this.#scheduled.reject(reason)
  }
}

/** @throws what `spawn` does not tell as an event */
function started(wrapper: readonly string[], isConfined: boolean): ChildProcess {
  const [command = process.execPath, ...args] = [...wrapper, process.execPath]
  // Of a wrapper, its own options and then Node.js; without one, none: not even those of this process.
  const own = wrapper.length === 0 ? [] : args
  return spawn(command, [...own, MAIN, ...(isConfined ? [CONFINED] : [])], {
    // Commands and events, by their descriptors.
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
  })
}
