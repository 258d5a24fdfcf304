import { describe, expect, test } from 'vitest'
import type { TransportName } from '../plan/case.js'
import { choosePlaces } from './places.js'
import { isHere } from './within-machine.js'

const ANOTHER = '192.0.2.1'
const rdma = { device: null, port: null, gidIndex: null }

/** Where a run would go, and what was said of it. */
async function placesOf(
  asked: readonly TransportName[] | 'all',
  peerAddress: string | null,
  lab: 'never' | 'only' = 'never',
) {
  const said: string[] = []
  const places = await choosePlaces({
    ...{ asked, lab, softRoce: 'never', peerAddress, family: 4, rdma },
    onEvent: (event) => {
      if (event.type === 'note') said.push(event.text)
    },
  })
  return { ...places, said }
}

describe('unix and shm', () => {
  test.each([null, '127.0.0.1', '::1'])('are measured on this machine (peer %s)', async (peer) => {
    expect((await placesOf(['shm', 'unix', 'tcp'], peer)).host).toEqual(['shm', 'unix', 'tcp'])
  })

  test('are refused when they were named for another machine', async () => {
    await expect(placesOf(['shm', 'tcp', 'unix'], ANOTHER)).rejects.toMatchObject({
      exitCode: 2,
      message: `shm and unix join two processes of one machine, and ${ANOTHER} is another.`,
      hint: '--transport tcp, or no --peer',
    })
  })

  test('are refused when they were named for the lab', async () => {
    await expect(placesOf(['unix'], null, 'only')).rejects.toMatchObject({
      exitCode: 2,
      message:
        'unix joins two processes of one machine, and the ends of the lab are machines of their own.',
      hint: '--transport tcp, or no --lab',
    })
  })

  test('are left out with a note when all were asked for', async () => {
    const { lab, said } = await placesOf('all', null, 'only')
    expect(lab).toContain('tcp')
    expect(lab).not.toContain('unix')
    expect(lab).not.toContain('shm')
    expect(said).toContainEqual(
      expect.stringMatching(/^left out: unix and shm join two processes of one machine/),
    )
  })
})

test('an address is of this machine when one of its devices has it', () => {
  expect(isHere('127.0.0.2')).toBe(true)
  expect(isHere('::1')).toBe(true)
  expect(isHere(ANOTHER)).toBe(false)
})
