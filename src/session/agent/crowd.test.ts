import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { connectSession } from '../client/client.js'
import { pingAgent } from '../client/ping.js'
import { testAgent } from '../fixtures/agent.js'
import { testCase } from '../fixtures/case.js'
import { SILENT } from './hold-strangers.js'

const CROWD = fileURLToPath(new URL('../fixtures/crowd.mjs', import.meta.url))
/** The last one is also that of the clients with the key. */
const ADDRESSES = ['127.0.0.2', '127.0.0.3', '127.0.0.4', '127.0.0.5', '127.0.0.1']
/** Of twenty clients. A silent connection would hold a place for five seconds. */
const MEDIAN_WITHIN_MS = 1_000
const LONGEST_WITHIN_MS = 3_000

it('a thousand who say nothing, and 200 more each second, keep nobody with the key out', async () => {
  const agent = await testAgent()
  const crowd = spawn(process.execPath, [CROWD, agent.host, String(agent.port), ...ADDRESSES], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  await once(crowd.stdout, 'data')
  const millis: number[] = []
  for (let i = 0; i < 20; i++) {
    const began = performance.now()
    await pingAgent(agent)
    millis.push(performance.now() - began)
  }
  const session = await connectSession(agent)
  expect((await session.runRepetition(testCase())).status).toBe('completed')
  await session.close()
  crowd.kill()
  await once(crowd, 'close')
  await agent.close()
  millis.sort((a, b) => a - b)
  expect(millis[10]).toBeLessThan(MEDIAN_WITHIN_MS)
  expect(millis[19]).toBeLessThan(LONGEST_WITHIN_MS)
  // The places were all taken.
  const silent = expect.objectContaining({ type: 'rejected', reason: SILENT })
  expect(agent.events).toContainEqual(silent)
})
