import { describe, expect, it } from 'vitest'
import { allowedCpus, automaticCpus, formatCpuList, parseCpuList } from './cpus.js'

describe('the list of CPUs', () => {
  it.each([
    ['0', [0]],
    ['0-3', [0, 1, 2, 3]],
    ['0-1,4,6-7', [0, 1, 4, 6, 7]],
  ])('%s', (list, cpus) => {
    expect(parseCpuList(list)).toEqual(cpus)
    expect(formatCpuList(cpus)).toBe(list)
  })
})

describe('automaticCpus', () => {
  it('gives the two ends one CPU each', () => {
    expect(automaticCpus('client', 1, [0, 1])).toEqual([1])
    expect(automaticCpus('server', 1, [0, 1])).toEqual([0])
  })

  it('goes on in turn while there is a CPU for every thread', () => {
    expect(automaticCpus('client', 2, [2, 3, 6, 7])).toEqual([7, 3])
    expect(automaticCpus('server', 2, [2, 3, 6, 7])).toEqual([6, 2])
  })

  it('pins nothing where two threads would share a CPU', () => {
    expect(automaticCpus('client', 1, [0])).toEqual([])
    expect(automaticCpus('server', 2, [0, 1, 2])).toEqual([])
  })
})

describe('automaticCpus of an end alone on its machine', () => {
  it('pins to all CPUs there are, one for each thread', () => {
    expect(automaticCpus('client', 1, [0], true)).toEqual([0])
    expect(automaticCpus('server', 1, [0], true)).toEqual([0])
    expect(automaticCpus('server', 2, [0, 1, 2], true)).toEqual([2, 1])
    expect(automaticCpus('server', 2, [0], true)).toEqual([])
  })

  it('leaves room where there is some: two addresses may be one machine', () => {
    expect(automaticCpus('client', 1, [0, 1], true)).toEqual([1])
    expect(automaticCpus('server', 1, [0, 1], true)).toEqual([0])
  })
})

describe('allowedCpus', () => {
  it('has at least the CPU this runs on, ascending', () => {
    const cpus = allowedCpus()
    expect(cpus.length).toBeGreaterThan(0)
    expect(cpus).toEqual([...cpus].sort((a, b) => a - b))
  })
})
