import type { Environment } from '../results/schema/schema.js'
import type { MachineFiles } from './machine-files.js'

/** Boot options that bear on timing. Others may name disks and hosts, and are left out. */
const TIMING_OPTION =
  /^(isolcpus|nohz|nohz_full|rcu_nocbs?(_poll)?|idle|mitigations|pti|nopti|spectre_v2|retbleed|nosmt|intel_idle\..*|processor\..*|intel_pstate|amd_pstate|cpufreq\..*|cpuidle.*|haltpoll\..*|tsc|clocksource|preempt|iommu|intel_iommu|amd_iommu|swiotlb|(default_)?hugepages(z)?|transparent_hugepage|irqaffinity|skew_tick|nosoftlockup|nowatchdog|nmi_watchdog|threadirqs|numa_balancing)(=.*)?$/

/** Kernel and distribution: /etc/os-release, /proc/sys/kernel, /proc/cmdline. */
export function captureKernel(files: MachineFiles): Environment['kernel'] {
  const version = files.text('/proc/sys/kernel/version')
  return {
    distribution: distribution(files),
    release: files.text('/proc/sys/kernel/osrelease'),
    version,
    architecture: process.arch,
    commandLine: timingOptions(files.text('/proc/cmdline', 4096)),
    preemption: preemption(files, version),
    transparentHugepages: chosen(files.text('/sys/kernel/mm/transparent_hugepage/enabled')),
  }
}

function distribution(files: MachineFiles): string | null {
  const release = files.text('/etc/os-release', 4096) ?? ''
  return /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(release)?.[1] ?? null
}

function timingOptions(commandLine: string | null): string | null {
  if (commandLine === null) return null
  return commandLine
    .split(/\s+/)
    .filter((option) => TIMING_OPTION.test(option))
    .join(' ')
}

/** Of a kernel that can choose at boot only root can read the choice; PREEMPT alone says `full`. */
function preemption(files: MachineFiles, version: string | null): string | null {
  const now = files.text('/sys/kernel/debug/sched/preempt')
  if (now !== null) return /\((\w+)\)/.exec(now)?.[1] ?? null
  if (version === null) return null
  if (/\bPREEMPT_RT\b/.test(version)) return 'rt'
  return /\bPREEMPT\b/.test(version) ? 'full' : null
}

/** The word in brackets of `always [madvise] never`. */
function chosen(text: string | null): string | null {
  return /\[(\w+)\]/.exec(text ?? '')?.[1] ?? null
}
