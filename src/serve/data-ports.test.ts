import { expect, it } from 'vitest'
import { deferred } from '../deferred.js'
import { connectSession } from '../session/client/client.js'
import { testAgent } from '../session/fixtures/agent.js'
import { testCase } from '../session/fixtures/case.js'
import { reservePorts } from '../transports/fixtures/reserved-port.js'
import { shareDataPorts } from './data-ports.js'

it('are shared out: a session of many sockets leaves ports for the others that measure', async () => {
  const ports = await reservePorts(4)
  const agent = await testAgent({
    places: { all: 2, perOrigin: 2 },
    line: { parallel: 2, maxQueue: 0 },
    dataPorts: shareDataPorts(ports, 'dataPorts', 1, 2),
  })
  const [first, second] = [await connectSession(agent), await connectSession(agent)]
  for (const session of [first, second]) await session.takeTurn({ planMs: null })
  const streams = (durationNs: number) =>
    testCase(
      { transport: 'udp', workload: 'stream' },
      { direction: 'down', streams: 8, messageSizeBytes: 1000, rateBitsPerSec: 8e6, durationNs },
    )
  const measuring = deferred<void>()
  const stop = new AbortController()
  const long = first.runRepetition(streams(30e9), {
    onProgress: ({ phase }) => phase === 'measure' && measuring.resolve(),
    signal: stop.signal,
  })
  await measuring.promise
  const beside = await second.runRepetition(streams(200e6))
  stop.abort()
  const reports = [await long, beside]
  for (const session of [first, second]) await session.close()
  await agent.close()
  ports.release()
  expect(reports).toMatchObject([
    { status: 'aborted', failure: null },
    { status: 'completed', failure: null },
  ])
})
