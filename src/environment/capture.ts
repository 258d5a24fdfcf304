import { hostname } from 'node:os'
import type { Environment } from '../results/schema/schema.js'
import { captureClockSource } from './clock-source.js'
import { captureCpu } from './cpu.js'
import { captureKernel } from './kernel.js'
import { captureLab } from './lab.js'
import { captureLimits } from './limits.js'
import { type MachineFiles, machineFiles } from './machine-files.js'
import { captureMemory } from './memory.js'
import { captureNetwork } from './network.js'
import { captureRdma } from './rdma.js'
import { captureSoftware } from './software.js'
import { captureSysctls } from './sysctls.js'
import { captureVirtualisation } from './virtualisation.js'

interface CaptureOptions {
  /** Numeric local address of the path; without it no network interface is described. */
  address?: string | undefined
  /** For tests. */
  files?: MachineFiles
}

/**
 * What this machine is and how it is tuned. Each fact comes from /proc, /sys or a tool that its function names; what
 * cannot be read is `null`. Takes some 20 ms and never throws.
 */
export async function captureEnvironment(options: CaptureOptions = {}): Promise<Environment> {
  const { address, files = machineFiles() } = options
  const [network, software] = await Promise.all([
    captureNetwork(files, address),
    captureSoftware(files),
  ])
  return {
    capturedAt: new Date().toISOString(),
    hostname: hostname().slice(0, 256),
    kernel: captureKernel(files),
    cpu: captureCpu(files),
    memory: captureMemory(files),
    clockSource: captureClockSource(files),
    virtualisation: captureVirtualisation(files, process.env),
    lab: captureLab(files),
    limits: captureLimits(files),
    network,
    sysctls: captureSysctls(files),
    rdma: captureRdma(files),
    software,
  }
}
