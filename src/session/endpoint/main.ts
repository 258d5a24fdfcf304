/**
 * The process that measures: one end of one repetition, and nothing else. It is started by a session, imports
 * nothing heavy, and ends with its parent.
 */
import { Socket } from 'node:net'
import { hrtime } from 'node:process'
import type {
  Confinement,
  Endpoint,
  EndpointSpec,
  NativeFault,
  RunOutcome,
} from '../../addon/addon.js'
import { addonFolders, loadAddon } from '../../addon/load.js'
import { watchMachineTime } from '../../environment/machine-time.js'
import { type RdmaCounters, watchRdmaCounters } from '../../environment/rdma-counters.js'
import { CONFINED, type EndpointCommand, type EndpointEvent, type Progress } from './messages.js'
import { toNativeFault } from './native-fault.js'
import {
  COMMANDS_FD,
  EVENTS_FD,
  PIPE_FRAME_MAX_BYTES,
  PipeReader,
  pipeFrame,
} from './pipe-frames.js'
import { Advance } from './so-far.js'
import type { Sample } from './warmup.js'

const commands = new Socket({ fd: COMMANDS_FD, readable: true, writable: false })
const events = new Socket({ fd: EVENTS_FD, readable: false, writable: true })
/** Once this process has given up what it had beyond its work: `undefined` where it works for its own user. */
let confinement: Confinement | undefined
let endpoint: Endpoint | undefined
/** The other end knows what is told of confinement. */
let isTold = true
/** Something is under way that reports its own end. */
let isBusy = false
/** The run has come back; how it went is told in a moment. */
let isOver = false
/** Tells of the warm-up, and is gone before anything is measured. */
let sampler: NodeJS.Timeout | undefined
/** Says that this process is there, and how far it is: a few numbers that the links show anyway, once a second. */
let pulse: NodeJS.Timeout | undefined
let advance: Advance | undefined

function tell(event: EndpointEvent): void {
  events.write(pipeFrame(event))
}

/** CPU of all threads so far, nanoseconds. */
function processCpuNs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) * 1000
}

function end(
  outcome: RunOutcome | null,
  fault: NativeFault | null,
  rdmaCounters: RdmaCounters | null = null,
): void {
  clearInterval(pulse)
  advance?.stop()
  tell({ type: 'ended', outcome, fault, processCpuNs: processCpuNs(), rdmaCounters })
}

function fail(error: unknown, op: string): void {
  end(null, toNativeFault(error, op))
}

function need(): Endpoint {
  if (endpoint === undefined) throw new Error('the endpoint is not open')
  return endpoint
}

async function obey(command: EndpointCommand): Promise<void> {
  switch (command.type) {
    case 'open':
      pulse = setInterval(beat, command.beatMs)
      closeLocalSockets(command.spec)
      endpoint = new (loadAddon().Endpoint)(command.spec)
      isTold = command.spec.isGuarded !== false
      return tell({ type: 'opened', blob: endpoint.open() })
    case 'connect':
      isBusy = true
      await need().connect(command.blob)
      isBusy = false
      return tell({ type: 'connected' })
    case 'run':
      return run(need(), command)
    case 'schedule':
      return schedule(need(), command)
    case 'stop':
      endpoint?.stop()
      // What is under way tells how it ended; where nothing is, there is nothing to tell.
      if (!isBusy) end(null, null)
      return
    case 'close':
      return leave()
  }
}

/** Other services of this machine are reached by sockets of AF_UNIX: only where that is measured are there any, to be connected to. */
function closeLocalSockets({ transport, role }: EndpointSpec): void {
  if (!confinement?.filtersCalls) return
  const accepts = (transport === 'unix' || transport === 'shm') && role === 'server'
  const filtersCalls = loadAddon().confineLocalSockets(accepts)
  confinement = { ...confinement, filtersCalls }
}

function beat(): void {
  tell({ type: 'beat', soFar: isOver ? null : (advance?.read() ?? null) })
}

async function run(
  running: Endpoint,
  { progressMs, sampleMs, isDirected }: Extract<EndpointCommand, { type: 'run' }>,
): Promise<void> {
  isBusy = true
  const countersSince = watchRdmaCounters(running.effective().rdma)
  const machineSince = watchMachineTime()
  const measured = () => tell({ type: 'measured', version: running.progress().through })
  const finished = running.run(measured, isDirected)
  tell({ type: 'running' })
  advance = new Advance(() => running.progress())
  // Without somebody who looks at them there are no timers in this process but its pulse while it measures.
  const every = (ms: number | null, event: () => EndpointEvent) =>
    ms === null ? undefined : setInterval(() => tell(event()), ms)
  const timer = every(progressMs, () => ({ type: 'progress', progress: progressOf(running) }))
  sampler = every(sampleMs, () => ({ type: 'sample', sample: sampleOf(running) }))
  const outcome = await finished.finally(() => {
    isOver = true
    clearInterval(timer)
    clearInterval(sampler)
  })
  const effective = { ...outcome.effective, ...(isTold && confinement && { confinement }) }
  end({ ...outcome, effective, machine: machineSince() }, null, await countersSince())
}

function schedule(
  running: Endpoint,
  { version, startNs }: Extract<EndpointCommand, { type: 'schedule' }>,
): void {
  clearInterval(sampler)
  // What has ended tells so by itself.
  if (!isBusy || isOver) return
  const isAhead = running.schedule(version, startNs)
  if (isAhead) advance?.schedule(startNs)
  tell({ type: 'scheduled', version, isAhead })
}

function progressOf(running: Endpoint): Progress {
  const { phase, messages, bytes } = running.progress()
  return { phase, messages, bytes }
}

function sampleOf(running: Endpoint): Sample {
  const before = hrtime.bigint()
  const { messages, bytes } = running.progress()
  const atNs = Number((before + hrtime.bigint()) / 2n)
  return { atNs, messages, bytes, waitingBytes: running.waitingBytes() }
}

function leave(): void {
  endpoint?.close()
  process.exit(0)
}

// A signal from the terminal reaches the whole process group; the parent decides what ends, and when.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => {})
process.on('SIGHUP', () => {})
// Whoever started it is gone.
for (const pipe of [commands, events]) {
  for (const end of ['end', 'error', 'close']) pipe.on(end, leave)
}
const reader = new PipeReader(PIPE_FRAME_MAX_BYTES)
commands.on('data', (chunk: Buffer) => {
  reader.push(chunk)
  for (let next = reader.next(); next !== undefined; next = reader.next()) {
    const command = next.message as EndpointCommand
    obey(command).catch((error: unknown) => fail(error, command.type))
  }
})

try {
  const addon = loadAddon()
  if (process.argv.includes(CONFINED)) confinement = addon.confine(addonFolders(process.env))
  tell({ type: 'ready', build: addon.build })
} catch (error) {
  fail(error, 'load')
}
