import type { Environment } from '../results/schema/schema.js'
import { captureClockSource } from './clock-source.js'
import { cpuFlags, cpuinfoField } from './cpuinfo.js'
import type { MachineFiles } from './machine-files.js'

/** Makers of virtual machines as their firmware names them, and as they are known. */
const VENDORS: [RegExp, string][] = [
  [/vmware/i, 'vmware'],
  [/microsoft/i, 'microsoft'],
  [/xen/i, 'xen'],
  [/innotek|virtualbox/i, 'virtualbox'],
  [/parallels/i, 'parallels'],
  [/amazon ec2/i, 'amazon'],
  [/google/i, 'google'],
  [/qemu|kvm/i, 'kvm'],
]

/** Whether this is a machine at all, and what contains it. */
export function captureVirtualisation(
  files: MachineFiles,
  variables: NodeJS.ProcessEnv,
): Environment['virtualisation'] {
  const flags = cpuFlags(files)
  const hypervisor = flags?.has('hypervisor') ?? null
  const emulatedCpu = emulated(files, hypervisor)
  return {
    hypervisor,
    kind: kindOf(files, hypervisor, emulatedCpu),
    emulatedCpu,
    container: containerOf(files, variables),
  }
}

/** QEMU's own emulation names itself in the CPU model; KVM leaves its clock. Otherwise it is not known. */
function emulated(files: MachineFiles, hypervisor: boolean | null): boolean | null {
  if (/\bTCG\b/.test(cpuinfoField(files, 'model name') ?? '')) return true
  if (hypervisor === false || hasKvmClock(files)) return false
  return null
}

function kindOf(
  files: MachineFiles,
  hypervisor: boolean | null,
  emulatedCpu: boolean | null,
): string | null {
  if (emulatedCpu === true) return 'qemu'
  const type = files.text('/sys/hypervisor/type', 64)
  if (type !== null && type !== '') return type
  // Cloud providers put their name on machines without a hypervisor as well.
  if (hypervisor === false) return null
  const firmware = ['sys_vendor', 'product_name'].map((name) =>
    files.text(`/sys/class/dmi/id/${name}`),
  )
  const vendor = VENDORS.find(([pattern]) => pattern.test(firmware.join(' ')))
  return vendor?.[1] ?? (hasKvmClock(files) ? 'kvm' : null)
}

function hasKvmClock(files: MachineFiles): boolean {
  return captureClockSource(files).available?.includes('kvm-clock') ?? false
}

function containerOf(files: MachineFiles, variables: NodeJS.ProcessEnv): string | null {
  if (variables.KUBERNETES_SERVICE_HOST !== undefined) return 'kubernetes'
  if (files.exists('/run/.containerenv')) return 'podman'
  if (files.exists('/.dockerenv')) return 'docker'
  return files.text('/run/systemd/container', 64) ?? variables.container?.slice(0, 64) ?? null
}
