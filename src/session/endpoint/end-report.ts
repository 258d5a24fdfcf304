import { availableParallelism } from 'node:os'
import type { EndReport } from '../../results/repetition/report.js'
import type { EndpointEnd, EndpointProcess } from './process.js'

export function endReport(end: EndpointEnd, endpoint: EndpointProcess, cpus: number[]): EndReport {
  return { ...end, build: endpoint.build, cpus, availableCpus: availableParallelism() }
}

/** Of an end that could not tell anything. */
export function noReport(): EndReport {
  return {
    outcome: null,
    fault: null,
    build: null,
    cpus: [],
    availableCpus: 0,
    processCpuNs: 0,
    rdmaCounters: null,
  }
}
