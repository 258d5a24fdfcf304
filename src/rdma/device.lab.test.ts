import { beforeAll, describe, expect, it } from 'vitest'
import { runCli } from '../cli/fixtures/spawn-cli.js'
import type { DeviceChoice } from './device-choice.js'

// One guest, in which one obstacle after another is put in the way: src/rdma/fixtures/scenes.mjs.

const PATIENCE_MS = 480_000

interface Scene {
  name: string
  line: string
  choice: Omit<DeviceChoice, 'release'>
  /** Of `memlock`. */
  code: string
  hint: string
  /** Of `after-…`. */
  devices: string[]
  status: number | null
  signal: string | null
}

let scenes: Map<string, Scene>

beforeAll(async () => {
  const command = [
    process.execPath,
    '--jitless',
    '--no-expose-wasm',
    'src/rdma/fixtures/scenes.mjs',
  ]
  const { code, stdout, stderr } = await runCli(['lab', '--quiet', '--', ...command])
  const lines = stdout.split('\n').filter((line) => line.startsWith('{'))
  scenes = new Map(lines.map((line) => JSON.parse(line) as Scene).map((one) => [one.name, one]))
  if (code !== 0) throw new Error(`the scenes ended with exit ${code}: ${stderr}`)
}, PATIENCE_MS)

function scene(name: string): Scene {
  const found = scenes.get(name)
  if (found === undefined) throw new Error(`the scene ${name} was not played`)
  return found
}

describe('the device of software that is there', () => {
  it('is taken, with the GID for its address', () => {
    expect(scene('there').choice).toMatchObject({
      ...{ step: 'software', device: 'rxe0', port: 1, address: '10.77.0.1' },
    })
    expect(scene('there').line).toBe('rdma: no NIC; using rxe0 port 1 on eth0, 10.77.0.1')
  })

  it('is taken on the route to a peer', () => {
    expect(scene('peer').choice).toMatchObject({ step: 'software', address: '10.77.0.1' })
  })
})

describe('what is in the way has its words and its way out', () => {
  it.each([
    ['another-name', /device mlx5_0 was asked for/, /leave --device out/],
    ['no-such-gid', /rxe0 has no GID with index 77/, /leave --gid-index out/],
    ['no-access', /no permission on \/dev\/infiniband\/uverbs\d+, .*root:root 0600/, /chmod a\+rw/],
    ['no-node', /device rxe0, but \/dev\/infiniband\/uverbs\d+ is not here/, /--device=\/dev\/inf/],
    ['no-provider', /no provider for the RDMA device rxe0/, /ibverbs-providers/],
    ['no-library', /libibverbs was not found/, /libibverbs1/],
    ['port-down', /rxe0 port 1 is down \(eth0 is down\)/, /^sudo ip link set eth0 up$/],
    ['no-gid', /rxe0 has no RoCE v2 GID for an IP address/, /ip address add .* dev eth0$/],
  ])('%s', (name, line, hint) => {
    const { choice, line: said } = scene(name)
    expect(said).toMatch(line)
    expect(choice.step).toBeNull()
    expect(choice.attempts.find((attempt) => attempt.hint !== null)?.hint).toMatch(hint)
  })

  it('nobody without the right makes a device', () => {
    const attempt = scene('no-access').choice.attempts.find(({ step }) => step === 'soft-roce')
    expect(attempt?.sentence).toMatch(/no right to: it takes CAP_NET_ADMIN/)
    expect(attempt?.hint).toBe('sudo rdma link add rxe0 type rxe netdev eth0')
  })

  it('memory that may not be locked: the limit and the need', () => {
    const { line, code, hint } = scene('memlock')
    expect(code).toBe('RDMA_MEMLOCK')
    expect(line).toMatch(/locked-memory limit is 64 KiB, and this needs \d+ KiB/)
    expect(hint).toMatch(/^ulimit -l unlimited/)
  })
})

describe('a SoftRoCE device of our own', () => {
  it('is made where that is allowed', () => {
    expect(scene('forbidden').line).toContain('made none (--no-soft-roce)')
    const { step, device, address } = scene('made').choice
    expect({ step, address }).toEqual({ step: 'soft-roce', address: '10.77.0.1' })
    expect(device).toMatch(/^xrb\d+$/)
    expect(scene('after-making').devices).toEqual([device])
  })

  it('is gone when it is released', () => {
    expect(scene('after-made').devices).toEqual([])
  })

  it('is gone when its process ends', () => {
    expect(scene('exits').choice.step).toBe('soft-roce')
    expect(scene('after-exits')).toMatchObject({ devices: [], status: 0 })
  })

  it('is gone when its process is interrupted, and the signal keeps its meaning', () => {
    expect(scene('interrupted').choice.step).toBe('soft-roce')
    expect(scene('after-interrupted')).toMatchObject({ devices: [], signal: 'SIGINT' })
  })

  it('is made by an agent that was told to, and gone with it', () => {
    expect(scene('after-serving').devices).toEqual([expect.stringMatching(/^xrb\d+$/)])
    expect(scene('after-serve')).toMatchObject({ devices: [], status: 143 })
  })

  it('is removed by the next start when its process was killed', () => {
    expect(scene('after-killed').devices).toEqual([scene('killed').choice.device])
    expect(scene('next').choice.step).toBeNull()
    expect(scene('after-next').devices).toEqual([])
  })
})
