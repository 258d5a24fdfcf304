/**
 * The process that measures: one end of one repetition, and nothing else. It is forked by a session, imports
 * nothing heavy, and ends with its parent.
 */
import type { Endpoint, NativeFault, RunOutcome } from '../addon/addon.js'
import { PROGRESS_PHASES, PROGRESS_SLOT_COUNT, PROGRESS_SLOTS } from '../addon/addon.js'
import { loadAddon } from '../addon/load.js'
import { watchMachineTime } from '../environment/machine-time.js'
import { type RdmaCounters, watchRdmaCounters } from '../environment/rdma-counters.js'
import type { EndpointCommand, EndpointEvent, Progress } from './endpoint-messages.js'
import { toNativeFault } from './native-fault.js'

let endpoint: Endpoint | undefined
/** Something is under way that reports its own end. */
let isBusy = false

function tell(event: EndpointEvent): void {
  process.send?.(event)
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
      endpoint = new (loadAddon().Endpoint)(command.spec)
      return tell({ type: 'opened', blob: endpoint.open() })
    case 'connect':
      isBusy = true
      await need().connect(command.blob)
      isBusy = false
      return tell({ type: 'connected' })
    case 'run':
      return run(need(), command.progressMs)
    case 'stop':
      endpoint?.stop()
      // What is under way tells how it ended; where nothing is, there is nothing to tell.
      if (!isBusy) end(null, null)
      return
    case 'close':
      return leave()
  }
}

async function run(running: Endpoint, progressMs: number | null): Promise<void> {
  isBusy = true
  const countersSince = watchRdmaCounters(running.effective().rdma)
  const machineSince = watchMachineTime()
  const slots = progressMs === null ? null : new BigInt64Array(PROGRESS_SLOT_COUNT)
  const finished = running.run(slots, () => tell({ type: 'measured' }))
  tell({ type: 'running' })
  // Without somebody who looks at it there is no timer in this process.
  const timer =
    slots === null || progressMs === null
      ? undefined
      : setInterval(() => tell({ type: 'progress', progress: read(slots) }), progressMs)
  const outcome = await finished.finally(() => clearInterval(timer))
  end({ ...outcome, machine: machineSince() }, null, await countersSince())
}

function read(slots: BigInt64Array): Progress {
  const at = (slot: number) => Number(Atomics.load(slots, slot))
  return {
    phase: PROGRESS_PHASES[at(PROGRESS_SLOTS.phase)] ?? 'idle',
    messages: at(PROGRESS_SLOTS.messages),
    bytes: at(PROGRESS_SLOTS.bytes),
  }
}

function leave(): void {
  endpoint?.close()
  process.exit(0)
}

// A signal from the terminal reaches the whole process group; the parent decides what ends, and when.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => {})
process.on('SIGHUP', () => {})
process.on('disconnect', leave)
process.on('message', (command: EndpointCommand) => {
  obey(command).catch((error: unknown) => fail(error, command.type))
})

try {
  tell({ type: 'ready', build: loadAddon().build })
} catch (error) {
  fail(error, 'load')
}
