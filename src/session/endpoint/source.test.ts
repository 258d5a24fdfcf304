import { constants } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, it } from 'vitest'
import { endpointsOf, gone, isRunning } from '../fixtures/processes.js'
import { PROCESS_DIED } from './process.js'
import { EndpointSource } from './source.js'

/** Longer than the kernel hands to a process (execve(2), E2BIG), which is one of the reasons that `fork` throws. */
const TOO_LONG = 'XRBENCH_TEST_TOO_LONG'
afterEach(() => {
  delete process.env[TOO_LONG]
})

it('nobody is given a process that was killed before it was taken', async () => {
  const source = new EndpointSource()
  source.forkAhead()
  const killed = source.sparePid ?? 0
  expect(endpointsOf(process.pid)).toEqual([killed])
  process.kill(killed, 'SIGKILL')
  await gone([killed])
  while (source.sparePid === killed) await sleep(5)
  const taken = source.take()
  expect(isRunning(taken.pid ?? 0)).toBe(true)
  await taken.kill()
  await source.close()
  await gone(endpointsOf(process.pid))
})

it('a process that cannot be started is one that has died, and says of what', async () => {
  const source = new EndpointSource()
  process.env[TOO_LONG] = 'x'.repeat(1 << 18)
  source.forkAhead()
  for (const taken of [source.take(), source.take()]) {
    expect(await taken.ended).toMatchObject({
      outcome: null,
      fault: {
        ...{ code: PROCESS_DIED, op: 'process', errno: constants.errno.E2BIG },
        message: expect.stringMatching(/^the measuring process could not be started/),
      },
    })
    expect(taken.pid).toBeUndefined()
    await taken.close()
    await taken.kill()
  }
  delete process.env[TOO_LONG]
  const next = source.take()
  expect(isRunning(next.pid ?? 0)).toBe(true)
  await next.kill()
  await source.close()
})
