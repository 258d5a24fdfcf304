import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { endpointsOf, gone, isRunning } from '../fixtures/processes.js'
import { EndpointSource } from './source.js'

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
