import type { Environment } from '../results/schema/schema.js'
import { countOf, type MachineFiles } from './machine-files.js'

/** Version 1 says `no limit` with the largest number of whole pages. */
const NO_MEMORY_LIMIT = 2 ** 60

/** The tightest limits from this process's cgroup up to the root, version 2 or 1. */
export function captureCgroup(
  files: MachineFiles,
): Pick<Environment['limits'], 'cpuQuota' | 'memoryLimitBytes'> {
  const membership = files.text('/proc/self/cgroup', 8_192) ?? ''
  const folders = (controller: string, mounts: string[]) => {
    const line = new RegExp(`^\\d+:(?:[^:\\n]*,)?${controller}(?:,[^:\\n]*)?:(/.*)$`, 'm')
    return foldersUp(mounts, line.exec(membership)?.[1] ?? '/')
  }
  const unified = foldersUp(
    ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'],
    /^0::(\/.*)$/m.exec(membership)?.[1] ?? '/',
  )
  const cpu = folders('cpu', ['/sys/fs/cgroup/cpu', '/sys/fs/cgroup/cpu,cpuacct'])
  const memory = folders('memory', ['/sys/fs/cgroup/memory'])
  return {
    cpuQuota: tightest([
      ...unified.map((folder) => quota(files.text(`${folder}/cpu.max`)?.split(' '))),
      ...cpu.map((folder) =>
        quota([
          files.text(`${folder}/cpu.cfs_quota_us`) ?? '',
          files.text(`${folder}/cpu.cfs_period_us`) ?? '',
        ]),
      ),
    ]),
    memoryLimitBytes: tightest([
      ...unified.map((folder) => bytes(files.text(`${folder}/memory.max`))),
      ...memory.map((folder) => bytes(files.text(`${folder}/memory.limit_in_bytes`))),
    ]),
  }
}

/** Each folder from the group's own to the root, under each mount point. */
function foldersUp(mounts: readonly string[], group: string): string[] {
  const parts = group.split('/').filter((part) => part !== '')
  const paths = parts.map((_, i) => `/${parts.slice(0, i + 1).join('/')}`)
  return mounts.flatMap((mount) => ['', ...paths].map((path) => `${mount}${path}`))
}

/** CPUs worth of time; `max` or -1 is no limit. */
function quota([quotaUs, periodUs]: readonly string[] = []): number | null {
  const [granted, period] = [countOf(quotaUs), countOf(periodUs)]
  return granted !== null && period !== null && granted > 0 && period > 0 ? granted / period : null
}

function bytes(text: string | null): number | null {
  const limit = countOf(text)
  return limit !== null && limit < NO_MEMORY_LIMIT ? limit : null
}

function tightest(limits: readonly (number | null)[]): number | null {
  const known = limits.filter((limit) => limit !== null)
  return known.length > 0 ? Math.min(...known) : null
}
