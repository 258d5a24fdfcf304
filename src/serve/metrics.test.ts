import { expect, it } from 'vitest'
import { peerError } from '../errors.js'
import { serverAt } from '../fixtures/server-at.js'
import { Metrics } from './metrics.js'
import { serveMetrics } from './metrics-server.js'

const COUNTS = { sessions: 4, measuring: 1, waiting: 2 }
const PEER = '192.0.2.1 port 5'

function repetition(bytes: number, status: 'completed' | 'failed' = 'completed') {
  const what = { transport: 'tcp', workload: 'stream', status } as const
  return { type: 'repetition', peer: PEER, ...what, messages: 10, bytes, seconds: 2 } as const
}

it('counts sessions, rejections and bytes, and has the last result of each kind', () => {
  const metrics = new Metrics(true)
  for (let i = 0; i < 3; i++) metrics.tell({ type: 'rejected', peer: PEER, reason: 'x"\n' })
  metrics.tell({
    ...{ type: 'session-closed', peer: PEER, seconds: 1, admitted: true, isPing: false },
    ...{ repetitions: 1, refused: 2, reason: peerError('XRB_PEER_LEFT', 'gone') },
  })
  for (const code of ['XRB_PEER_LIMIT', 'XRB_PEER_LIMIT', 'XRB_PEER_VERSION'] as const) {
    const what = { transport: 'tcp', workload: 'stream' } as const
    metrics.tell({ type: 'refused', peer: PEER, ...what, reason: peerError(code, 'x"\n') })
  }
  metrics.tell(repetition(1000))
  metrics.tell(repetition(4000))
  metrics.tell(repetition(9, 'failed'))
  const text = metrics.text(COUNTS)
  expect(new Metrics(false).text(COUNTS).split('\n')).toContain('xrbench_confined 0')
  for (const line of [
    'xrbench_confined 1',
    'xrbench_sessions{state="measuring"} 1',
    'xrbench_sessions{state="waiting"} 2',
    'xrbench_sessions{state="other"} 1',
    'xrbench_sessions_closed_total{code="XRB_PEER_LEFT"} 1',
    'xrbench_rejected_total 3',
    'xrbench_refused_total{code="XRB_PEER_LIMIT"} 2',
    'xrbench_refused_total{code="XRB_PEER_VERSION"} 1',
    'xrbench_repetitions_total{transport="tcp",workload="stream",status="completed"} 2',
    'xrbench_payload_bytes_total{transport="tcp",workload="stream",status="completed"} 5000',
    'xrbench_payload_bytes_total{transport="tcp",workload="stream",status="failed"} 9',
    'xrbench_last_messages_per_second{transport="tcp",workload="stream"} 5',
    'xrbench_last_payload_bits_per_second{transport="tcp",workload="stream"} 16000',
  ]) {
    expect(text.split('\n')).toContain(line)
  }
  // The format itself: a comment, or a name, labels and a number.
  const format = /^(# (HELP|TYPE) xrbench_\w+ .+|xrbench_\w+(\{(\w+="[\w:-]+",?)+\})? [\d.e+-]+)$/
  for (const line of text.trimEnd().split('\n')) expect(line).toMatch(format)
  expect(text).not.toContain('192.0.2')
})

it('goes on where a connection cannot be taken', async () => {
  const server = await serveMetrics({ host: '127.0.0.1', port: 0 }, () => 'a 1\n')
  for (let i = 0; i < 3; i++) serverAt(server.port).emit('error', new Error('accept ENFILE'))
  expect((await fetch(`http://127.0.0.1:${server.port}/metrics`)).status).toBe(200)
  await server.close()
})

it('answers GET and HEAD of /metrics, and nothing else', async () => {
  const server = await serveMetrics({ host: '127.0.0.1', port: 0 }, () => 'a 1\n')
  const url = `http://127.0.0.1:${server.port}`
  const found = await fetch(`${url}/metrics`)
  expect([found.status, await found.text()]).toEqual([200, 'a 1\n'])
  expect(found.headers.get('content-type')).toBe('text/plain; version=0.0.4')
  for (const [path, method, status] of [
    ['/metrics?collect[]=all', 'GET', 200],
    ['/metrics', 'HEAD', 200],
    ['/', 'GET', 404],
    ['/metrics', 'POST', 405],
    ['/metricsx', 'GET', 404],
    ['/../etc/passwd', 'GET', 404],
  ] as const) {
    expect((await fetch(`${url}${path}`, { method })).status).toBe(status)
  }
  await expect(serveMetrics(server, () => '')).rejects.toMatchObject({
    ...{ code: 'XRB_METRICS', exitCode: 3 },
  })
  await server.close()
})
