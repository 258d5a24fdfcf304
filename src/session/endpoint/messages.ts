import type { Addon, EndpointSpec, NativeFault, RunOutcome } from '../../addon/addon.js'
import type { RdmaCounters } from '../../environment/rdma-counters.js'
import type { SoFar } from '../../results/repetition/report.js'
import type { Sample } from './warmup.js'

/** Argument of a process that is to confine itself before it is ready: it works for somebody else. */
export const CONFINED = '--confined'

/** What an endpoint process is told, in this order, each once but for `schedule`; `stop` at any time. */
export type EndpointCommand =
  /** `beatMs`: so often it says from then on that it is there. */
  | { type: 'open'; spec: EndpointSpec; beatMs: number }
  | { type: 'connect'; blob: Uint8Array }
  | { type: 'run'; progressMs: number | null; sampleMs: number | null; isDirected: boolean }
  | { type: 'schedule'; version: number; startNs: number }
  | { type: 'stop' }
  | { type: 'close' }

/** How far a repetition is, at the end that decides over it. */
export interface Progress {
  /** `idle`: nothing has begun yet. */
  phase: 'idle' | 'warmup' | 'measure' | 'done'
  /** Of this phase: messages, round trips or connections, as the workload counts them. */
  messages: number
  /** Payload of those. */
  bytes: number
}

/** What an endpoint process says. After `ended` it only waits for `close`. */
export type EndpointEvent =
  | { type: 'ready'; build: Addon['build'] }
  | { type: 'opened'; blob: Uint8Array }
  | { type: 'connected' }
  | { type: 'running' }
  | { type: 'progress'; progress: Progress }
  /** In warm-up; `atNs` of CLOCK_MONOTONIC. */
  | { type: 'sample'; sample: Sample }
  /** It is there; `null` where there is nothing to tell of what is measured. */
  | { type: 'beat'; soFar: SoFar | null }
  | { type: 'scheduled'; version: number; isAhead: boolean }
  | { type: 'measured'; version: number }
  | {
      type: 'ended'
      outcome: RunOutcome | null
      fault: NativeFault | null
      processCpuNs: number
      rdmaCounters: RdmaCounters | null
    }
