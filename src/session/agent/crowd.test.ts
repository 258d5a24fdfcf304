import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { connectSession } from '../client/client.js'
import { pingAgent } from '../client/ping.js'
import { testAgent } from '../fixtures/agent.js'
import { testCase } from '../fixtures/case.js'

const CROWD = fileURLToPath(new URL('../fixtures/crowd.mjs', import.meta.url))

it('a thousand who say nothing, and 200 more each second, keep nobody with the key out', async () => {
  const agent = await testAgent()
  const crowd = spawn(process.execPath, [CROWD, String(agent.port)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  await once(crowd.stdout, 'data')
  const millis: number[] = []
  for (let i = 0; i < 20; i++) {
    const began = performance.now()
    await pingAgent(agent)
    millis.push(performance.now() - began)
  }
  const sorted = millis.sort((a, b) => a - b).map(Math.round)
  console.log(`served within ms: median ${sorted[10]}, longest ${sorted[19]}`)
  const session = await connectSession(agent)
  expect((await session.runRepetition(testCase())).status).toBe('completed')
  await session.close()
  crowd.kill()
  await once(crowd, 'close')
  await agent.close()
  expect(sorted).toHaveLength(20)
})
