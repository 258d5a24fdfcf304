import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type MachineFiles, machineFiles } from './machine-files.js'
import { rdmaCounterDifferences, readRdmaCounters, watchRdmaCounters } from './rdma-counters.js'

const PORT = { device: 'mlx5_0', port: 1 }
const FOLDER = 'sys/class/infiniband/mlx5_0'

let root: string
let files: MachineFiles

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'xrbench-counters-'))
  files = machineFiles(root)
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function write(path: string, text: string): void {
  const file = join(root, FOLDER, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `${text}\n`)
}

describe('counters of a port', () => {
  it('are those of the standard, of the driver, and of the device', () => {
    write('ports/1/counters/port_xmit_data', '18446744073709551615')
    write('ports/1/counters/VL15_dropped', 'N/A (no PMA)')
    write('ports/1/hw_counters/out_of_sequence', '3')
    write('ports/1/hw_counters/lifespan', '10')
    write('ports/2/hw_counters/out_of_sequence', '99')
    write('hw_counters/rx_drops', '4')
    expect(readRdmaCounters(files, PORT)).toEqual(
      new Map([
        ['port_xmit_data', 18446744073709551615n],
        ['out_of_sequence', 3n],
        ['rx_drops', 4n],
      ]),
    )
  })

  it('are null where there is nothing to read', async () => {
    expect(readRdmaCounters(files, PORT)).toBeNull()
    expect(await watchRdmaCounters(PORT, files)()).toBeNull()
    expect(await watchRdmaCounters(null, files)()).toBeNull()
  })

  it('tell what was counted in between', async () => {
    write('ports/1/hw_counters/sent_pkts', '40')
    const after = watchRdmaCounters(PORT, files)
    write('ports/1/hw_counters/sent_pkts', '1040')
    expect(await after()).toEqual({ sent_pkts: 1000 })
  })
})

describe('differences', () => {
  const difference = (before: bigint, after: bigint) =>
    rdmaCounterDifferences(new Map([['n', before]]), new Map([['n', after]]))

  it('are exact beyond 2^53', () => {
    expect(difference(2n ** 63n, 2n ** 63n + 1n)).toEqual({ n: 1 })
  })

  it('leave out what ran backwards or was set', () => {
    expect(difference(5n, 4n)).toEqual({})
    expect(difference(0n, 2n ** 64n - 1n)).toEqual({})
  })

  it('leave out what one reading does not have', () => {
    expect(rdmaCounterDifferences(new Map([['a', 1n]]), new Map([['b', 2n]]))).toEqual({})
  })
})
