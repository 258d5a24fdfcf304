import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect as connectTcp, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadAddon } from '../../addon/load.js'
import { connectSession } from '../../session/client/client.js'
import { testCase } from '../../session/fixtures/case.js'
import { gone } from '../../session/fixtures/processes.js'
import { HELLO, rawPeer } from '../../session/fixtures/raw-peer.js'
import { createKey } from '../../session/wire/key.js'
import { TURNS_FEATURE } from '../../session/wire/protocol.js'
import { Cli, runCli } from '../fixtures/spawn-cli.js'

let folder: string
const key = createKey()
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'xrbench-serve-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

function keyFile(mode = 0o600): string {
  const path = join(folder, `key-${mode.toString(8)}`)
  writeFileSync(path, key.toString('hex'))
  chmodSync(path, mode)
  return path
}

const listening = /listening at 127\.0\.0\.1:(\d+)/

describe('xrbench serve', () => {
  it.each([
    [['--listen', '0.0.0.0'], 2, 'XRB_LISTEN', /a key of yours is needed/],
    [['--listen', 'nonsense:x'], 2, 'XRB_BAD_ADDRESS', /numeric address/],
    [['--max-sessions', '0'], 2, 'XRB_', /--max-sessions/],
    [['--max-duration', '0'], 2, 'XRB_BAD_DURATION', /--max-duration/],
    [['--max-duration', '49h'], 2, 'XRB_BAD_DURATION', /'49h' is outside 1ns to 48h/],
    [['--max-turn', '999ms'], 2, 'XRB_BAD_DURATION', /'999ms' is outside 1s to 48h/],
    [['--max-memory', '0'], 2, 'XRB_BAD_SIZE', /--max-memory: '0' is outside 1B to /],
    [['--key-file', '/nonexistent/key'], 3, 'XRB_KEY_FILE', /key does not exist/],
    [['--device', 'mlx5/0'], 2, 'XRB_BAD_WORD', /--device: 'mlx5\/0' is not the name/],
    [['--device', 'nosuch0'], 3, 'XRB_NO_RDMA_DEVICE', /no RDMA device named nosuch0/],
    [['--gid-index', '-1'], 2, 'XRB_', /--gid-index/],
    // Where to listen is another option, which the hint has.
    [['--port', '28471'], 2, 'XRB_BAD_NUMBER', /1 to 255.*\n.*--listen :28471/],
    [['--shell'], 2, 'XRB_USAGE', /--shell/],
  ])('%j ends with exit %i', async (args, code, name, sentence) => {
    const result = await runCli(['serve', ...args])
    expect(result).toMatchObject({ code, stdout: '' })
    expect(result.stderr).toContain(name)
    expect(result.stderr).toMatch(sentence)
  })

  it('refuses a key file that others can read, with the command that mends it', async () => {
    const path = keyFile(0o644)
    const { code, stderr } = await runCli(['serve', '--listen', ':0', '--key-file', path])
    expect(code).toBe(3)
    expect(stderr).toContain(`hint: chmod 600 ${path}`)
  })

  it.skipIf(loadAddon().build.sanitizer !== null)(
    'keeps its key out of core files',
    { meta: { skipReason: 'an instrumented process looks into itself' } },
    async () => {
      const serve = new Cli(['serve', '--listen', ':0'])
      await serve.sees(listening)
      const limits = readFileSync(`/proc/${serve.child.pid}/limits`, 'utf8')
      expect(limits).toMatch(/^Max core file size\s+0\s+0\s/m)
      serve.signalGroup('SIGTERM')
      expect((await serve.finished()).code).toBe(143)
    },
  )

  it('says that the port is taken', async () => {
    const holder = createServer()
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve))
    const { port } = holder.address() as AddressInfo
    const { code, stderr } = await runCli(['serve', '--listen', `127.0.0.1:${port}`])
    expect(code).toBe(3)
    expect(stderr).toMatch(/Port \d+ of 127\.0\.0\.1 is taken\. \[XRB_PORT_TAKEN\]/)
    expect(stderr).toMatch(/hint: ss -tlnp/)
    holder.close()
  })

  it.skipIf(existsSync('/sys/class/infiniband'))(
    '--soft-roce that cannot be is an error, with the reason',
    { meta: { skipReason: 'this kernel has RDMA' } },
    async () => {
      const { code, stderr } = await runCli(['serve', '--listen', ':0', '--soft-roce'])
      expect(code).toBe(3)
      expect(stderr).toMatch(/no SoftRoCE device to serve with: .+ \[XRB_SOFT_ROCE\]\nhint: /)
    },
  )

  it('makes a key of its own, and prints the line to paste', async () => {
    const serve = new Cli(['serve', '--listen', ':0'])
    await serve.sees(/echo [0-9a-f]{64} > xrbench\.key/)
    const shown = /echo ([0-9a-f]{64})/.exec(serve.stderr)?.[1] ?? ''
    const port = Number(listening.exec(serve.stderr)?.[1])
    const session = await connectSession({
      ...{ host: '127.0.0.1', port },
      key: Buffer.from(shown, 'hex'),
    })
    await session.close()
    serve.signalGroup('SIGTERM')
    expect(await serve.finished()).toMatchObject({ code: 143, stdout: '' })
  })

  it('never shows a key that it was given', async () => {
    const serve = new Cli(['serve', '--listen', ':0', '--key-file', keyFile(), '--verbose'])
    await serve.sees(listening)
    serve.signalGroup('SIGINT')
    const { code, stdout, stderr } = await serve.finished()
    expect(code).toBe(130)
    expect(stdout + stderr).not.toContain(key.toString('hex'))
  })

  it('--once ends after a session, with --json one line', async () => {
    const args = ['--listen', ':0', '--key-file', keyFile(), '--once', '--json']
    const serve = new Cli(['serve', ...args])
    await serve.until('the line', () => serve.stdout.endsWith('\n'))
    const line = JSON.parse(serve.stdout) as { host: string; port: number; key: null }
    expect(line).toMatchObject({ host: '127.0.0.1', pid: serve.child.pid, key: null })
    const session = await connectSession({ ...line, key })
    await session.close()
    expect(await serve.finished()).toMatchObject({ code: 0, stderr: '' })
    expect(await serve.leftovers()).toEqual([])
  })

  it('--once ends with the one that measures, whoever else comes and goes meanwhile', async () => {
    const args = ['--listen', ':0', '--key-file', keyFile(), '--once', '--json']
    const serve = new Cli(['serve', ...args])
    await serve.until('the line', () => serve.stdout.endsWith('\n'))
    const agent = { ...(JSON.parse(serve.stdout) as { host: string; port: number }), key }
    const first = await connectSession(agent)
    await first.takeTurn({ planMs: null })
    const refused = await connectSession(agent)
    await expect(refused.takeTurn({ planMs: null })).rejects.toMatchObject({
      code: 'XRB_PEER_BUSY',
    })
    await refused.close()
    await (await connectSession(agent)).close()
    await serve.until('both to be gone', () => serve.stdout.split('\n').length === 4)
    expect((await first.runRepetition(testCase())).status).toBe('completed')
    await first.close()
    expect((await serve.finished()).code).toBe(0)
    const ends = serve.stdout.trimEnd().split('\n').slice(1)
    expect(ends.map((line) => JSON.parse(line))).toMatchObject([
      { event: 'session', admitted: false, repetitions: 0, code: 'XRB_PEER_BUSY' },
      { event: 'session', admitted: true, repetitions: 0, code: 'XRB_PEER_LEFT' },
      { event: 'session', admitted: true, repetitions: 1, code: 'XRB_PEER_LEFT' },
    ])
  })

  it('strangers have ten lines, and are counted; each session has one', async () => {
    for (const isJson of [false, true]) {
      const args = ['--listen', '127.0.0.1:0', '--key-file', keyFile()]
      const serve = new Cli(['serve', ...args, ...(isJson ? ['--json'] : [])])
      const log = () => (isJson ? serve.stdout : serve.stderr)
      await serve.until('its address', () => /"port":|listening at/.test(log()))
      const port = Number(/"port":(\d+)|:(\d+); Ctrl-C/.exec(log())?.slice(1).find(Boolean))
      for (let i = 0; i < 40; i++) {
        const socket = connectTcp(port, '127.0.0.1')
        socket.on('error', () => {})
        socket.resume()
        socket.write('GET / HTTP/1.1\r\n\r\n')
        await once(socket, 'close')
      }
      await (await connectSession({ host: '127.0.0.1', port, key })).close()
      await serve.until('the session', () => /session closed|"event":"session"/.test(log()))
      serve.child.kill('SIGTERM')
      await serve.finished()
      const lines = log().split('\n')
      expect(lines.filter((line) => /rejected: |"count":1\b/.test(line))).toHaveLength(10)
      const rest = isJson
        ? /"event":"rejected".*"count":30/
        : /^30 more were rejected, without the key/
      expect(lines.filter((line) => rest.test(line))).toHaveLength(1)
      expect(lines.filter((line) => /session closed|"event":"session"/.test(line))).toHaveLength(1)
    }
  })

  it('whoever has the key at one address leaves places for others, by default', async () => {
    const args = ['--listen', '0.0.0.0:0', '--key-file', keyFile(), '--max-sessions', '4', '--json']
    const serve = new Cli(['serve', ...args])
    await serve.until('the line', () => serve.stdout.endsWith('\n'))
    const at = { host: '127.0.0.1', port: (JSON.parse(serve.stdout) as { port: number }).port }
    const held = []
    const answers = []
    for (const from of ['127.0.0.1', '127.0.0.1', '127.0.0.1', '127.0.0.2', '127.0.0.2']) {
      const peer = await rawPeer(at, key, from)
      held.push(peer)
      peer.send({ ...HELLO, features: [TURNS_FEATURE] })
      const { type, code = null } = await peer.next()
      answers.push(`${type} ${code}`)
    }
    const [isIn, isBusy] = ['hello-ok null', 'error XRB_PEER_BUSY']
    expect(answers).toEqual([isIn, isIn, isBusy, isIn, isIn])
    for (const peer of held) peer.destroy()
    serve.child.kill('SIGTERM')
    await serve.finished()
  })

  it('serves metrics where it is told', async () => {
    const args = ['--listen', ':0', '--key-file', keyFile(), '--metrics', '127.0.0.1:0', '--json']
    const serve = new Cli(['serve', ...args])
    await serve.until('the line', () => serve.stdout.endsWith('\n'))
    const { host, port, metrics } = JSON.parse(serve.stdout)
    const session = await connectSession({ host, port, key })
    await session.takeTurn({ planMs: 1000 })
    expect((await session.runRepetition(testCase())).status).toBe('completed')
    const text = await (await fetch(`http://127.0.0.1:${metrics.port}/metrics`)).text()
    expect(text).toContain('xrbench_sessions{state="measuring"} 1\n')
    expect(text).toMatch(/^xrbench_repetitions_total\{transport="tcp",.*"completed"\} 1$/m)
    expect(text).toMatch(/^xrbench_last_messages_per_second\{.*\} [1-9]/m)
    await session.close()
    serve.child.kill('SIGTERM')
    expect((await serve.finished()).code).toBe(143)
  })

  it('tells of what it refused, and of what a client measured that went', async () => {
    const args = ['--listen', ':0', '--key-file', keyFile(), '--metrics', '127.0.0.1:0', '--json']
    const serve = new Cli(['serve', ...args, '--max-size', '1k'])
    await serve.until('the line', () => serve.stdout.endsWith('\n'))
    const { host, port, metrics } = JSON.parse(serve.stdout)
    const session = await connectSession({ host, port, key })
    await session.takeTurn({ planMs: 1000 })
    const refused = await session.runRepetition(testCase({}, { messageSizeBytes: 2048 }))
    expect(refused.failure).toMatchObject({ code: 'XRB_PEER_LIMIT' })
    const stream = { messageSizeBytes: 1024, direction: 'down', durationNs: 30e9 } as const
    const broken = await session.runRepetition(testCase({ workload: 'stream' }, stream), {
      onProgress: ({ phase, bytes }) => phase === 'measure' && bytes > 0 && session.close(),
    })
    expect(broken.status).toBe('failed')
    await serve.until('the session', () => serve.stdout.includes('"event":"session"'))
    const told = serve.stdout.trimEnd().split('\n').slice(1)
    expect(told.map((line) => JSON.parse(line))).toMatchObject([
      { event: 'refused', transport: 'tcp', workload: 'ping-pong', code: 'XRB_PEER_LIMIT' },
      { event: 'session', repetitions: 1, refused: 1, code: 'XRB_PEER_LOST' },
    ])
    const text = await (await fetch(`http://127.0.0.1:${metrics.port}/metrics`)).text()
    const failed = '{transport="tcp",workload="stream",status="failed"}'
    expect(text).toContain('xrbench_refused_total{code="XRB_PEER_LIMIT"} 1\n')
    expect(text).toContain(`xrbench_repetitions_total${failed} 1\n`)
    expect(text).toMatch(new RegExp(`^xrbench_payload_bytes_total${failed} [1-9]`, 'm'))
    serve.child.kill('SIGTERM')
    await serve.finished()
  })

  it.each(['SIGTERM', 'SIGINT'] as const)(
    '%s while measuring leaves no process',
    async (signal) => {
      const serve = new Cli(['serve', '--listen', ':0', '--key-file', keyFile()])
      await serve.sees(listening)
      const port = Number(listening.exec(serve.stderr)?.[1])
      const session = await connectSession({ host: '127.0.0.1', port, key })
      const report = await session.runRepetition(testCase({}, { durationNs: 30e9 }), {
        onProgress: ({ phase }) => phase === 'measure' && serve.child.kill(signal),
      })
      expect(report).toMatchObject({ status: 'failed', failure: { code: 'XRB_PEER_ENDED' } })
      expect(report.client.outcome?.links[0]?.latency?.count).toBeGreaterThan(0)
      await session.close()
      expect((await serve.finished()).code).toBe(signal === 'SIGTERM' ? 143 : 130)
      // It was the operator, and no client.
      expect(serve.stderr).toMatch(/session closed: The agent was ended/)
      expect(await serve.leftovers()).toEqual([])
    },
  )

  it.each(['SIGKILL', 'SIGSTOP'] as const)(
    'a client that gets %s while measuring frees it',
    async (signal) => {
      const file = keyFile()
      const serve = new Cli(['serve', '--listen', ':0', '--key-file', file])
      await serve.sees(listening)
      const port = Number(listening.exec(serve.stderr)?.[1])
      const output = ['--output', join(folder, `${signal}.json`)]
      const peer = ['--peer', `127.0.0.1:${port}`, '--key-file', file]
      const client = new Cli(['run', '-t', 'tcp', '-d', '60s', '-r', '1', ...peer, ...output])
      const endpoint = await client.descendant('endpoint/main')
      await serve.sees(/session opened/)
      client.child.kill(signal)
      await serve.sees(/session closed/)
      const session = await connectSession({ host: '127.0.0.1', port, key })
      expect(await session.runRepetition(testCase())).toMatchObject({ status: 'completed' })
      await session.close()
      client.child.kill('SIGKILL')
      await client.finished()
      await gone([endpoint])
      serve.signalGroup('SIGTERM')
      await serve.finished()
      expect([...(await serve.leftovers()), ...(await client.leftovers())]).toEqual([])
    },
  )
})
