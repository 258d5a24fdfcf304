import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { captureEnvironment } from '../../environment/capture.js'
import { Beside } from './beside.js'
import { OwnEnvironment } from './own-environment.js'

beforeEach(() => vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => {
  vi.useRealTimers()
})

/** Looks are numbered. */
async function own() {
  const some = await captureEnvironment()
  const beside = new Beside()
  let looks = 0
  const look = async () => ({ ...some, hostname: `look ${++looks}` })
  const environment = new OwnEnvironment(look, beside)
  const shown = async () => {
    const { environment: told, isOld } = await environment.shown()
    return [told.hostname, isOld]
  }
  return { beside, environment, shown }
}

it('is looked at once a second at the most, however many come', async () => {
  const { shown } = await own()
  const first = await Promise.all(Array.from({ length: 20 }, shown))
  expect(first[0]).toEqual(['look 1', false])
  for (const one of first.slice(1)) expect(one).toEqual(['look 1', true])
  vi.advanceTimersByTime(999)
  expect(await shown()).toEqual(['look 1', true])
  vi.advanceTimersByTime(1)
  expect(await shown()).toEqual(['look 2', false])
})

it('is looked at for each that is about to measure, and for nobody while one does', async () => {
  const { beside, environment, shown } = await own()
  for (const look of [1, 2]) expect((await environment.now()).hostname).toBe(`look ${look}`)
  const { end } = beside.begin()
  vi.advanceTimersByTime(60_000)
  expect(await shown()).toEqual(['look 2', true])
  end()
  expect(await shown()).toEqual(['look 3', false])
})
