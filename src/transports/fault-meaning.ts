import type { NativeFault } from '../addon/addon.js'
import { explainRdmaFault, type FaultMeaning } from '../rdma/explain-fault.js'

/** What a transport knows of its own faults; `null`: what every transport's faults of this code mean. */
export function transportFaultMeaning(fault: NativeFault): FaultMeaning | null {
  return explainRdmaFault(fault)
}
