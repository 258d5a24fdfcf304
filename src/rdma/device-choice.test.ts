import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { chooseRdmaDevice, type DeviceChoiceOptions } from './device-choice.js'
import { routeSource } from './route.js'

const OPTIONS: Omit<DeviceChoiceOptions, 'say'> = {
  peerAddress: null,
  family: 0,
  device: null,
  port: null,
  gidIndex: null,
  softRoce: 'never',
  lab: 'auto',
}

async function choose(changes: Partial<DeviceChoiceOptions>) {
  const lines: string[] = []
  const choice = await chooseRdmaDevice({
    ...OPTIONS,
    say: (line) => lines.push(line),
    ...changes,
  })
  await choice.release()
  await choice.release()
  return { choice, lines }
}

describe.skipIf(existsSync('/sys/class/infiniband'))(
  'where the kernel has no RDMA',
  { meta: { skipReason: 'this kernel has RDMA' } },
  () => {
    it('each step is tried in its order, and the line says why it was not taken', async () => {
      const { choice, lines } = await choose({ lab: 'never', softRoce: 'make' })
      expect(choice).toMatchObject({ step: null, device: null, address: null })
      expect(choice.attempts.map(({ step }) => step)).toEqual([
        'nic',
        'software',
        'soft-roce',
        'lab',
      ])
      expect(lines).toHaveLength(1)
      expect(lines[0]).toMatch(
        /^rdma: no NIC \(.+\); no software device; cannot make one \(.+\); not the lab \(--no-lab\)/,
      )
    })

    it('nothing is made where that was forbidden', async () => {
      const { choice } = await choose({ lab: 'never' })
      expect(choice.attempts[2]?.sentence).toBe('Made none (--no-soft-roce).')
    })

    it('one that would be made is looked for, and nobody is told that it was forbidden', async () => {
      const [looked, made] = [
        await choose({ lab: 'never', softRoce: 'look' }),
        await choose({ lab: 'never', softRoce: 'make' }),
      ]
      expect(looked.choice.attempts[2]).toEqual(made.choice.attempts[2])
    })

    it('a device that is named is not replaced by another', async () => {
      const { choice } = await choose({ device: 'mlx5_0' })
      expect(choice.step).toBeNull()
      expect(choice.attempts.at(-1)).toMatchObject({ step: 'lab', hint: 'leave --device out' })
    })

    it('the lab is no peer of another machine', async () => {
      const { choice } = await choose({ peerAddress: '192.0.2.1' })
      expect(choice.step).toBeNull()
      expect(choice.attempts.at(-1)?.sentence).toMatch(/peer is another machine/)
    })
  },
)

it('the source of a route is the kernel’s choice', async () => {
  expect(await routeSource('127.0.0.9')).toBe('127.0.0.1')
  expect(await routeSource('not an address')).toBeNull()
  expect(await routeSource('255.255.255.255')).toBeNull()
})
