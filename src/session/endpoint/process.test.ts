import { expect, it } from 'vitest'
import { gone } from '../fixtures/processes.js'
import { EndpointProcess, PROCESS_DIED } from './process.js'

/** What a process can say over its channel whose native code is no longer its own. */
it.each([
  ['null', 'null'],
  ['no message', '7'],
  ['a message of no endpoint', '{ type: "shell" }'],
  ['no blob', '{ type: "opened", blob: null }'],
  ['a blob that no frame takes', '{ type: "opened", blob: new Uint8Array(1 << 24) }'],
  ['progress that no frame takes', '{ type: "beat", soFar: { x: "x".repeat(1 << 24) } }'],
  ['progress without numbers', '{ type: "beat", soFar: {} }'],
  ['a sample that no frame takes', '{ type: "sample", sample: Array(1 << 20).fill(1) }'],
  ['a window of its own', '{ type: "measured", version: 1e9 }'],
  ['an answer that no frame takes', '{ type: "scheduled", version: 1, isAhead: "x".repeat(1e7) }'],
  ['a fault without words', '{ type: "ended", fault: { message: { toString: 0 } } }'],
])('a process that says %s is given up, and nothing of it is passed on', async (_what, said) => {
  const script = `process.send(${said}); setInterval(() => {}, 1e6)`
  const endpoint = new EndpointProcess([process.execPath, '-e', script])
  const heard: unknown[] = []
  endpoint.onMeasured((version) => heard.push(version))
  expect(await endpoint.ended).toMatchObject({
    outcome: null,
    fault: { code: PROCESS_DIED, op: 'message' },
  })
  await gone([endpoint.pid ?? 0])
  await endpoint.kill()
  expect(heard).toEqual([])
})
