import { release } from 'node:os'
import { usageError } from '../errors.js'
import { type Kernel, kernelAt, kernelBelow } from './kernel.js'
import { fetchedKernel, fetchKernel } from './kernel-package.js'

interface KernelRequest {
  /** What `--lab-kernel` says. */
  named?: string | undefined
  cache: string
  say: (line: string) => void
  signal?: AbortSignal | undefined
}

/**
 * The kernel for the lab: the one named; else the host's own where it can be read and has the modules; else the distribution's package.
 * @throws {XrbenchError} `XRB_LAB_KERNEL`: exit 2 for one that was named and will not do, exit 3 when none can be had
 */
export async function chooseKernel(request: KernelRequest): Promise<Kernel> {
  const { named, cache, say, signal } = request
  if (named !== undefined) {
    const kernel = kernelAt(named)
    if (!('unfit' in kernel)) return kernel
    throw usageError(
      'XRB_LAB_KERNEL',
      `The lab cannot use the kernel ${named}: ${kernel.unfit}.`,
      'leave --lab-kernel out, and a fitting one is found or fetched',
    )
  }
  const own = kernelBelow('/', release())
  if (!('unfit' in own)) return own
  return fetchedKernel(cache) ?? (await fetchKernel(cache, say, signal))
}
