import { describe, expect, it } from 'vitest'
import { gone } from '../fixtures/processes.js'
import { MAX_FRAMES_PER_BEAT } from '../wire/inflow.js'
import { AGENT_FRAME_MAX_BYTES } from '../wire/protocol.js'
import { COMMANDS_FD, EVENTS_FD, PIPE_FRAME_MAX_BYTES } from './pipe-frames.js'
import { EndpointProcess, PROCESS_DIED } from './process.js'

/** A process whose native code is no longer its own: does something, and stays. */
function takenOver(does: string, isConfined = false): EndpointProcess {
  const script = `
    const { writeSync } = require('node:fs')
    const framed = (length, body) => {
      const head = Buffer.alloc(4)
      head.writeUInt32BE(length)
      return Buffer.concat([head, Buffer.from(body)])
    }
    const write = (bytes, fd = ${EVENTS_FD}) => {
      for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at)
    }
    const say = (text) => write(framed(Buffer.byteLength(text), text))
    setInterval(() => {}, 1e6)
    ${does}`
  return new EndpointProcess([process.execPath, '-e', script], isConfined)
}

async function expectGivenUp(endpoint: EndpointProcess): Promise<void> {
  const heard: unknown[] = []
  endpoint.onMeasured((version) => heard.push(version))
  expect(await endpoint.ended).toMatchObject({
    outcome: null,
    fault: { code: PROCESS_DIED, op: 'message' },
  })
  await gone([endpoint.pid ?? 0])
  await endpoint.kill()
  expect(heard).toEqual([])
}

const ARRAY = '"array":"Uint8Array","base64"'

describe('a process that says', () => {
  it.each([
    ['null', `say('null')`],
    ['no message', `say('7')`],
    ['a message of no endpoint', `say('{"type":"shell"}')`],
    ['no blob', `say('{"type":"opened","blob":null}')`],
    [
      'a blob that no frame takes',
      `say('{"type":"opened","blob":{${ARRAY}:"' + 'A'.repeat(1 << 24) + '"}}')`,
    ],
    ['an array of nothing', `say('{"type":"opened","blob":{"array":"valueOf","base64":""}}')`],
    ['half a number', `say('{"type":"ready","build":{"array":"Int32Array","base64":"AAA="}}')`],
    [
      'progress that no frame takes',
      `say('{"type":"beat","soFar":{"x":"' + 'x'.repeat(1 << 24) + '"}}')`,
    ],
    ['progress without numbers', `say('{"type":"beat","soFar":{}}')`],
    [
      'a sample that no frame takes',
      `say('{"type":"sample","sample":[' + '1,'.repeat(1 << 20) + '1]}')`,
    ],
    ['a window of its own', `say('{"type":"measured","version":1e9}')`],
    [
      'an answer that no frame takes',
      `say('{"type":"scheduled","version":1,"isAhead":"' + 'x'.repeat(1e7) + '"}')`,
    ],
    [
      'a fault without words',
      `say('{"type":"ended","outcome":null,"fault":{"message":{"toString":0}}}')`,
    ],
    [
      'an outcome that is counted nowhere',
      `say('{"type":"ended","outcome":{"status":"x\\\\n","links":[]},"fault":null}')`,
    ],
    [
      'more than anybody',
      `for (let i = 0; i <= ${MAX_FRAMES_PER_BEAT}; i++) say('{"type":"running"}')`,
    ],
    ['lists in lists', `say('['.repeat(1 << 20) + ']'.repeat(1 << 20))`],
  ])('%s is given up, and nothing of it is passed on', (_what, says) =>
    expectGivenUp(takenOver(says)),
  )

  it.each([
    ['what is no JSON', `write(framed(4, [0xff, 0x0f, 0x6f, 0x22]))`],
    ['nothing', `write(framed(0, []))`],
    ['what has no end', `write(framed(2 ** 32 - 1, Buffer.alloc(1 << 16)))`],
    ['more than any report has', `write(framed(${PIPE_FRAME_MAX_BYTES} + 1, []))`],
    // It may write wherever it can.
    [
      'whatever, to all that is open',
      `for (let fd = ${COMMANDS_FD}; fd <= ${EVENTS_FD}; fd++) write(Buffer.alloc(4096, 0xa5), fd)`,
    ],
    // Of the channel that Node.js has for its own processes: one that it obeys, and one that it cannot read.
    [
      'what Node.js itself would obey',
      `process.send?.({ cmd: 'NODE_HANDLE_ACK' }); say('{"cmd":"NODE_HANDLE_ACK"}')`,
    ],
  ])('%s is given up in the same way', (_what, says) => expectGivenUp(takenOver(says)))

  it('more than a client could be told is given up where it works for one', () =>
    expectGivenUp(takenOver(`write(framed(${AGENT_FRAME_MAX_BYTES} + 1, []))`, true)))
})
