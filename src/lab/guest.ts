import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { deferred } from '../deferred.js'
import { environmentError, type XrbenchError } from '../errors.js'
import { ConsoleLog } from './console-log.js'
import { GUEST_SCRIPT } from './guest-script.js'
import { type Command, jobScript } from './job-script.js'
import { createToken, JobStream } from './job-stream.js'
import { CONTROL_PORT, JOB_SLOTS, STDIN_PORT, stderrPort, stdoutPort } from './ports.js'
import { type Qemu, type QemuProcess, spawnQemu } from './qemu.js'
import {
  CONSOLE_FD,
  type GuestMachineOptions,
  guestArguments,
  portFd,
  TERMINAL_FD,
} from './qemu-command.js'
import { shellWord } from './shell-words.js'
import { slowness } from './slowness.js'
import { type WirePrograms, wireScript } from './wire.js'

interface GuestOptions extends GuestMachineOptions {
  qemu: Qemu
  guests: 1 | 2
  netem: readonly string[]
  programs: WirePrograms
  bootLimitMs: number
  /** Gets what the console shows, as it comes. */
  onConsole?: ((text: string) => void) | undefined
}

interface ExecOptions extends Command {
  /** `live`: the stream given to `pipeStdin`, for one command of a guest; text: all of its input; else none. */
  stdin?: 'live' | { text: string }
  onStdout?: (chunk: Buffer) => void
  onStderr?: (chunk: Buffer) => void
}

/** A command that runs in a guest. */
export interface GuestJob {
  /** Its exit code, 128 + N after signal N, when all of its output has been passed on. Rejects when the guest is gone. */
  exited: Promise<number>
  /** To the command and all it started that stayed in its session. */
  signal(name: 'INT' | 'TERM' | 'KILL' | 'HUP'): void
}

/** After a command's end its output is waited for so long: what it left running may hold the streams open. */
const OUTPUT_GRACE_MS = 2_000
const POWEROFF_GRACE_MS = 500
const SHOWN_LINES = 12

/** A virtual machine that runs commands on the files of this one. */
export class Guest {
  readonly #options: GuestOptions
  readonly #qemu: QemuProcess
  readonly #console = new ConsoleLog()
  readonly #gone = deferred<never>()
  readonly #ready = deferred<void>()
  readonly #exits = new Map<number, (code: number) => void>()
  readonly #freeSlots = Array.from({ length: JOB_SLOTS }, (_, slot) => slot)
  #jobs = 0
  #qemuSaid = ''

  /** Starts the machine; `up()` tells when it can be used. */
  constructor(options: GuestOptions) {
    this.#options = options
    mkdirSync(options.labFolder, { recursive: true, mode: 0o700 })
    this.#write('guest.sh', GUEST_SCRIPT)
    this.#write('setup.sh', setupScript(options))
    this.#qemu = spawnQemu(options.qemu, guestArguments(options))
    this.#listen()
  }

  /** @throws {XrbenchError} `XRB_LAB_BOOT` (exit 3), with the console's last lines */
  async up(signal?: AbortSignal): Promise<void> {
    const limit = new AbortController()
    const stop = signal === undefined ? limit.signal : AbortSignal.any([limit.signal, signal])
    const late = delay(this.#options.bootLimitMs, undefined, { signal: stop }).then(
      () => {
        const seconds = this.#options.bootLimitMs / 1000
        throw this.#failure(`does not answer after ${seconds} s`)
      },
      () => signal?.throwIfAborted(),
    )
    try {
      await Promise.race([this.#ready.promise, this.#gone.promise, late])
    } finally {
      limit.abort()
    }
  }

  /** Runs a command; the guest has to be up. At most {@link JOB_SLOTS} at a time. */
  exec(options: ExecOptions): GuestJob {
    const slot = this.#freeSlots.shift()
    if (slot === undefined) throw new Error(`a guest runs ${JOB_SLOTS} commands at a time`)
    const id = ++this.#jobs
    const token = createToken()
    this.#write(`job.${id}.sh`, jobScript(this.#slowed(options)))
    const input = this.#input(id, options.stdin)
    const streams = [
      this.#stream(stdoutPort(slot), token, options.onStdout),
      this.#stream(stderrPort(slot), token, options.onStderr),
    ]
    const exited = this.#start(id, slot, input, token).then(async (code) => {
      const isDrained = await drained(streams.map((stream) => stream.ended))
      for (const stream of streams) stream.stop()
      // A slot whose stream is still held by what a command left running is not used again.
      if (isDrained) this.#freeSlots.push(slot)
      return code
    })
    return { exited, signal: (name) => this.#say(`signal ${id} ${name}`) }
  }

  /** Runs a command on the guest's terminal; one at a time. */
  execOnTerminal(command: Command): GuestJob {
    const id = ++this.#jobs
    this.#write(`job.${id}.sh`, jobScript(this.#slowed(command)))
    return {
      exited: this.#start(id, 0, 'tty', '-'),
      signal: (name) => this.#say(`signal ${id} ${name}`),
    }
  }

  /** Bytes of the terminal of `execOnTerminal`, both ways. */
  get terminal(): Readable & Writable {
    return this.#qemu.socket(TERMINAL_FD)
  }

  resizeTerminal(rows: number, columns: number): void {
    this.#say(`size ${rows} ${columns}`)
  }

  /** Where the input of the one command with `stdin: 'live'` is written; its end is that of the command's input. */
  get stdin(): Writable {
    return this.#qemu.socket(portFd(STDIN_PORT))
  }

  /** Ends the machine for certain. Idempotent. */
  async close(): Promise<void> {
    const { child } = this.#qemu
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
    const exited = once(child, 'exit')
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), POWEROFF_GRACE_MS)
    await exited
    clearTimeout(timer)
  }

  /** At once, from a handler that cannot wait. */
  kill(): void {
    this.#qemu.child.kill('SIGKILL')
  }

  #listen(): void {
    const { child, socket } = this.#qemu
    child.once('error', (error) => this.#end(`QEMU cannot be started: ${error.message}`))
    child.once('exit', (code, signal) => this.#end(`has ended (${signal ?? `exit code ${code}`})`))
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#qemuSaid = (this.#qemuSaid + text).slice(-2000)
    })
    if (child.pid === undefined) return
    socket(CONSOLE_FD)
      .setEncoding('utf8')
      .on('data', (text: string) => {
        this.#console.push(text)
        this.#options.onConsole?.(text)
      })
    createInterface({ input: socket(portFd(CONTROL_PORT)) }).on('line', (line) => this.#hear(line))
  }

  #hear(line: string): void {
    const [verb, id, code] = line.split(' ')
    if (verb === 'ready') this.#ready.resolve()
    if (verb === 'failed') {
      this.#ready.reject(this.#failure(`cannot set up its network: ${line.slice(7)}`))
    }
    if (verb === 'exit') this.#exits.get(Number(id))?.(Number(code))
  }

  #say(line: string): void {
    this.#qemu.socket(portFd(CONTROL_PORT)).write(`${line}\n`)
  }

  #start(id: number, slot: number, input: string, token: string): Promise<number> {
    const exit = new Promise<number>((resolve) => this.#exits.set(id, resolve))
    this.#say(`run ${id} ${slot} ${input} ${token}`)
    return Promise.race([exit, this.#gone.promise]).finally(() => this.#exits.delete(id))
  }

  #slowed(command: Command): Command {
    const { accelerator } = this.#options
    return { ...command, env: { ...(command.env ?? process.env), ...slowness(accelerator) } }
  }

  #input(id: number, stdin: ExecOptions['stdin']): string {
    if (stdin === undefined) return 'none'
    if (stdin === 'live') return 'live'
    this.#write(`job.${id}.in`, stdin.text)
    return 'file'
  }

  #stream(port: number, token: string, take: ((chunk: Buffer) => void) | undefined) {
    const socket = this.#qemu.socket(portFd(port))
    const ended = deferred<void>()
    const stream = new JobStream(token, take ?? (() => {}))
    const push = (chunk: Buffer) => {
      stream.push(chunk)
      if (stream.isEnded) ended.resolve()
    }
    socket.on('data', push)
    return { ended: ended.promise, stop: () => socket.off('data', push) }
  }

  #write(name: string, text: string): void {
    writeFileSync(join(this.#options.labFolder, name), text, { mode: 0o600 })
  }

  #end(how: string): void {
    this.#gone.reject(this.#failure(how))
  }

  #failure(how: string): XrbenchError {
    const { guest, guests } = this.#options
    const name = guests === 1 ? 'The guest of the lab' : `Guest ${guest} of the lab`
    const lines = [...this.#qemuSaid.trim().split('\n'), ...this.#console.last(SHOWN_LINES)]
    const shown = lines.filter((line) => line !== '')
    const last = shown.length === 0 ? ' Its console shows nothing.' : `\n  ${shown.join('\n  ')}`
    return environmentError(
      'XRB_LAB_BOOT',
      `${name} ${how}.${last}`,
      'xrbench lab --verbose -- true   (shows the whole boot)',
    )
  }
}

function setupScript({ guest, guests, netem, programs, shares }: GuestOptions): string {
  const mounts = shares.map(
    ({ tag, folder }) =>
      `mkdir -p ${shellWord(folder)}; mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,cache=none ${tag} ${shellWord(folder)}`,
  )
  return `${mounts.join('\n')}\n${wireScript({ guest, guests, netem, programs })}`
}

async function drained(ended: Promise<void>[]): Promise<boolean> {
  const grace = new AbortController()
  const late = delay(OUTPUT_GRACE_MS, false, { signal: grace.signal }).catch(() => false)
  const all = Promise.all(ended).then(() => true)
  const isDrained = await Promise.race([all, late])
  grace.abort()
  return isDrained
}
