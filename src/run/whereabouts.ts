import type { LabOptions } from '../lab/lab.js'
import type { RunTarget } from './peer.js'

/** What was said of where to measure. */
export interface Whereabouts {
  /** `null`: an agent of our own on this machine. */
  readonly peer: RunTarget | null
  /** 0: that of the peer's address, else 4. */
  readonly family: 4 | 6 | 0
  /** `only`: everything in the lab; `auto`: RDMA, where this machine has no way to a device, and the others beside it; `never`. */
  readonly lab: 'only' | 'auto' | 'never'
  readonly labOptions: Omit<LabOptions, 'say' | 'signal'>
  /** Whether a SoftRoCE device may be made on this machine. */
  readonly softRoce: boolean
}
