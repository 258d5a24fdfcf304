import type { Addon, EndpointSpec, NativeFault, RunOutcome } from '../addon/addon.js'
import type { RdmaCounters } from '../environment/rdma-counters.js'

/** What an endpoint process is told, each once and in this order; `stop` at any time. */
export type EndpointCommand =
  | { type: 'open'; spec: EndpointSpec }
  | { type: 'connect'; blob: Uint8Array }
  | { type: 'run'; progressMs: number | null }
  | { type: 'stop' }
  | { type: 'close' }

export interface Progress {
  phase: 'idle' | 'warmup' | 'measure' | 'done'
  messages: number
  bytes: number
}

/** What an endpoint process says. After `ended` it only waits for `close`. */
export type EndpointEvent =
  | { type: 'ready'; build: Addon['build'] }
  | { type: 'opened'; blob: Uint8Array }
  | { type: 'connected' }
  | { type: 'running' }
  | { type: 'progress'; progress: Progress }
  | { type: 'measured' }
  | {
      type: 'ended'
      outcome: RunOutcome | null
      fault: NativeFault | null
      processCpuNs: number
      rdmaCounters: RdmaCounters | null
    }
