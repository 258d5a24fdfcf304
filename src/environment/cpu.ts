import type { Environment } from '../results/schema/schema.js'
import { cpuFlags, cpuinfoField } from './cpuinfo.js'
import { lengthOfList, type MachineFiles } from './machine-files.js'

const CPUS = '/sys/devices/system/cpu'

/** CPU and how it is tuned: /proc/cpuinfo, /sys/devices/system/cpu. */
export function captureCpu(files: MachineFiles): Environment['cpu'] {
  const online = onlineCpus(files)
  const flags = cpuFlags(files)
  return {
    model: cpuinfoField(files, 'model name') ?? cpuinfoField(files, 'Model'),
    microcode: cpuinfoField(files, 'microcode'),
    logicalCpus: lengthOfList(files.text(`${CPUS}/online`)) ?? online.length,
    cores: distinct(files, online, ['physical_package_id', 'core_id']),
    sockets: distinct(files, online, ['physical_package_id']),
    numaNodes: lengthOfList(files.text('/sys/devices/system/node/online')),
    smtActive: yesNo(files.text(`${CPUS}/smt/active`)),
    frequencyDriver: perPolicy(files, 'scaling_driver')?.[0] ?? null,
    governors: perPolicy(files, 'scaling_governor'),
    energyPreference: perPolicy(files, 'energy_performance_preference')?.[0] ?? null,
    turbo: turbo(files),
    deepestIdleState: deepestIdleState(files),
    isolated: files.text(`${CPUS}/isolated`),
    nohzFull: nohzFull(files),
    constantTsc: flags === null ? null : flags.has('constant_tsc') && flags.has('nonstop_tsc'),
    mitigations: mitigations(files),
  }
}

function onlineCpus(files: MachineFiles): string[] {
  return files.names(CPUS).filter((name) => {
    if (!/^cpu\d+$/.test(name)) return false
    // The first CPU often cannot be switched off, and then has no such file.
    return files.text(`${CPUS}/${name}/online`) !== '0'
  })
}

function distinct(files: MachineFiles, cpus: string[], fields: string[]): number | null {
  const places = cpus.map((cpu) =>
    fields.map((field) => files.text(`${CPUS}/${cpu}/topology/${field}`)).join(':'),
  )
  const known = places.every((place) => /^[\d:]+$/.test(place))
  return known && places.length > 0 ? new Set(places).size : null
}

function perPolicy(files: MachineFiles, field: string): string[] | null {
  const policies = files.names(`${CPUS}/cpufreq`).filter((name) => name.startsWith('policy'))
  const values = policies.flatMap((name) => files.text(`${CPUS}/cpufreq/${name}/${field}`) ?? [])
  return values.length > 0 ? [...new Set(values)] : null
}

function turbo(files: MachineFiles): boolean | null {
  const off = yesNo(files.text(`${CPUS}/intel_pstate/no_turbo`))
  return off === null ? yesNo(files.text(`${CPUS}/cpufreq/boost`)) : !off
}

/** The kernel orders states by depth. */
function deepestIdleState(files: MachineFiles): string | null {
  const states = files
    .names(`${CPUS}/cpu0/cpuidle`)
    .filter((name) => /^state\d+$/.test(name))
    .sort((a, b) => Number(a.slice(5)) - Number(b.slice(5)))
  const enabled = states.filter(
    (name) => files.text(`${CPUS}/cpu0/cpuidle/${name}/disable`) !== '1',
  )
  const deepest = enabled.at(-1)
  return deepest === undefined ? null : files.text(`${CPUS}/cpu0/cpuidle/${deepest}/name`)
}

/** A kernel without the feature has no such file beside that of what CPUs are there; one that does not use it says `(null)` or nothing. */
function nohzFull(files: MachineFiles): string | null {
  const list = files.text(`${CPUS}/nohz_full`)
  if (list === null) return files.text(`${CPUS}/online`) === null ? null : ''
  return list.includes('null') ? '' : list
}

function mitigations(files: MachineFiles): Record<string, string> | null {
  const folder = `${CPUS}/vulnerabilities`
  const entries = files
    .names(folder)
    .slice(0, 64)
    .flatMap((name): [string, string][] => {
      const state = files.text(`${folder}/${name}`)
      return state === null ? [] : [[name, state]]
    })
  return entries.length > 0 ? Object.fromEntries(entries) : null
}

function yesNo(text: string | null): boolean | null {
  if (text === '1') return true
  return text === '0' ? false : null
}
