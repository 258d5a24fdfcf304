import { readdirSync, readFileSync } from 'node:fs'
import { afterEach, expect, it, vi } from 'vitest'
import { encodeBlob } from '../transports/blob.js'
import { remoteParameters } from './endpoint/spec.js'
import { testAgent } from './fixtures/agent.js'
import { testCase } from './fixtures/case.js'
import { HELLO, rawPeer } from './fixtures/raw-peer.js'

afterEach(() => {
  vi.useRealTimers()
})

it('a clock that is set forward by an hour ends no repetition', async () => {
  const agent = await testAgent()
  const peer = await rawPeer(agent, agent.key)
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
  peer.send(HELLO)
  await peer.next()
  const { transport, workload, ...c } = testCase()
  const parameters = remoteParameters({ ...c, transport, workload }, 'server')
  peer.send({ type: 'prepare', transport, workload, parameters })
  expect(await peer.next()).toMatchObject({ type: 'prepared' })
  vi.setSystemTime(Date.now() + 3_600_000)
  // No transport has written this: the endpoint ends, and the repetition waits for its client.
  peer.send({ type: 'connect', blob: encodeBlob(new Uint8Array(40)) })
  expect(await peer.next()).toEqual({ type: 'ended' })
  peer.send({ type: 'finish' })
  expect(await peer.next()).toMatchObject({ type: 'finished' })
  peer.destroy()
  await agent.close()
})

it('no limit of time is measured with the clock that can be set', () => {
  const src = new URL('..', import.meta.url)
  const sources = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.endsWith('.test.ts'),
  )
  expect(sources.length).toBeGreaterThan(100)
  // This one says when something was, for whoever collects it.
  const others = sources.filter((file) => file !== 'serve/metrics.ts')
  const guilty = others.filter((file) =>
    /Date\.now\(|\.getTime\(|\+ ?new Date\b/.test(readFileSync(new URL(file, src), 'utf8')),
  )
  expect(guilty).toEqual([])
})
