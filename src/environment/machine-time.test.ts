import { expect, test } from 'vitest'
import { machineWith } from './fixtures/machine.js'
import type { MachineFiles } from './machine-files.js'
import { watchMachineTime } from './machine-time.js'

const stat = (...cpus: string[]) =>
  ['cpu  9 9 9 9 9 9 9 9 0 0', ...cpus, 'intr 5 1 2', ''].join('\n')

/** A machine whose /proc/stat is another at each reading. */
function changing(...readings: string[]): MachineFiles {
  const machines = readings.map((text) => machineWith({ 'proc/stat': text }))
  const next = () => machines.shift() ?? machineWith({})
  return { ...machineWith({}), text: (path, most) => next().text(path, most) }
}

const clock = () => {
  const times = [1e9, 3e9]
  return () => times.shift() ?? Number.NaN
}

test('the CPU with most counts, and the steal of all is added', () => {
  const files = changing(
    stat('cpu0 1 0 1 1 0 0 100 10 0 0', 'cpu1 1 0 1 1 0 0 200 20 0 0'),
    stat(
      'cpu0 1 0 1 1 0 0 190 13 0 0',
      'cpu1 1 0 1 1 0 0 210 21 0 0',
      'cpu2 1 0 1 1 0 0 900 99 0 0',
    ),
  )
  expect(watchMachineTime(files, clock())()).toEqual({
    wallNs: 2e9,
    stealNs: 40e6,
    mostStealNs: 30e6,
    mostSoftirqNs: 900e6,
  })
})

test('counts that ran backwards, or cannot be read, are not known', () => {
  const one = stat('cpu0 1 0 1 1 0 0 100 10 0 0')
  const less = stat('cpu0 1 0 1 1 0 0 50 10 0 0')
  expect(watchMachineTime(changing(one, less), clock())()).toBeNull()
  expect(watchMachineTime(machineWith({}), clock())()).toBeNull()
})
