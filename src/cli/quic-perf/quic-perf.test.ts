import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Ajv2020 from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PerfServerTotals } from '../../addon/perf.js'
import { selfSigned } from '../../quic-perf/fixtures/self-signed.js'
import type { QuicPerfDocument } from '../../results/schema/quic-perf.js'
import { reservePort } from '../../transports/fixtures/reserved-port.js'
import { Cli, runCli } from '../fixtures/spawn-cli.js'

const perf = (...args: string[]) => runCli(['quic-perf', ...args])
const NO_PIN = '0'.repeat(64)

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'xrbench-quic-perf-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** A server as a process, and what it said when it listened. */
async function serving(...args: string[]) {
  const serve = new Cli(['quic-perf', 'serve', '--listen', '127.0.0.1:0', '--json', ...args])
  await serve.until('the line', () => serve.stdout.includes('\n'))
  const { port, fingerprint } = JSON.parse(serve.stdout) as { port: number; fingerprint: string }
  const at = `127.0.0.1:${port}`
  const run = (...more: string[]) => perf('run', at, '--fingerprint', fingerprint, ...more)
  const ended = async (signal: NodeJS.Signals = 'SIGINT') => {
    serve.signalGroup(signal)
    const { code, stdout, stderr } = await serve.finished()
    return { code, stderr, totals: JSON.parse(stdout.split('\n')[1] ?? '') as PerfServerTotals }
  }
  return { serve, at, fingerprint, run, ended }
}

describe('xrbench quic-perf refuses', () => {
  it.each([
    [['serve', '--listen', '0.0.0.0'], 2, 'XRB_LISTEN', /--allow-remote/],
    [['serve', '--listen', '[::]:0'], 2, 'XRB_LISTEN', /--allow-remote/],
    [['serve', '--listen', 'nonsense:x'], 2, 'XRB_BAD_ADDRESS', /numeric address/],
    [['serve', '--max-connections', '0'], 2, 'XRB_BAD_NUMBER', /1 to 10000/],
    [['serve', '--max-response', '0'], 2, 'XRB_BAD_SIZE', /unlimited/],
    [['serve', '--certificate', 'x.pem'], 2, 'XRB_USAGE', /--private-key/],
    [
      ['serve', '--certificate', '/nonexistent', '--private-key', 'k'],
      3,
      'XRB_CERTIFICATE',
      /ls -l/,
    ],
    [['serve', '--wait', 'sleep'], 2, 'XRB_BAD_WORD', /block, spin/],
    [['run', '127.0.0.1'], 2, 'XRB_USAGE', /--insecure takes any/],
    [['run', '127.0.0.1', '--insecure', '--fingerprint', NO_PIN], 2, 'XRB_USAGE', /exclude/],
    [['run', '127.0.0.1', '--fingerprint', 'abc'], 2, 'XRB_BAD_FINGERPRINT', /sha256sum/],
    [['run', '127.0.0.1', '--insecure', '--upload', '7'], 2, 'XRB_BAD_SIZE', /--upload 8/],
    [['run', '127.0.0.1', '--insecure', '--requests', '5', '-d', '1s'], 2, 'XRB_USAGE', /exclude/],
    [['run', '127.0.0.1', '--insecure', '--concurrency', '0'], 2, 'XRB_BAD_NUMBER', /1 to 10000/],
    [['run', '127.0.0.1:99999', '--insecure'], 2, 'XRB_BAD_PEER', /HOST:PORT/],
  ])('%j with exit %i', async (args, code, name, sentence) => {
    const result = await perf(...args)
    expect(result).toMatchObject({ code, stdout: '' })
    expect(result.stderr).toContain(name)
    expect(result.stderr).toMatch(sentence)
  })

  it('to run where nobody serves, with exit 4', async () => {
    const { port, release } = await reservePort()
    const result = await perf('run', `127.0.0.1:${port}`, '--insecure', '-q')
    release()
    expect(result).toMatchObject({ code: 4, stdout: '' })
    expect(result.stderr).toMatch(/\[XRB_PEER_UNREACHABLE\]\nhint: .*quic-perf serve/)
  })
})

describe('xrbench quic-perf', () => {
  it('measures requests, and writes what the published schema has', async () => {
    const { run, ended, fingerprint } = await serving()
    const output = join(folder, 'result.json')
    const { code, stdout } = await run('--requests', '50', '--download', '1000', '-o', output)
    expect(code).toBe(0)
    expect(stdout).toMatch(/perf 64B → 1000B, 1 at once, block/)
    expect(stdout).toMatch(/QUIC via ngtcp2 \d/)
    const doc = JSON.parse(readFileSync(output, 'utf8')) as QuicPerfDocument
    expect(doc).toMatchObject({
      ...{ schema: 'xrbench.quic-perf/1', status: 'completed', failure: null, requests: 50 },
      protocol: { alpn: 'perf' },
      server: { authenticatedBy: 'fingerprint', fingerprint },
      parameters: { requestBytes: 64, responseBytes: 1000, requests: 50, durationNs: null },
      latency: { count: 50 },
    })
    expect(doc.intervals.reduce((sum, one) => sum + one.bytes, 0)).toBe(50_000)
    expect(isPublished(doc)).toBe(true)
    expect(await ended()).toMatchObject({
      ...{ code: 130, stderr: '' },
      totals: { connections: 1, requests: 50, refusedRequests: 0, bytesSent: 50_000 },
    })
  })

  it('asks clients back with --retry', async () => {
    const { run, ended } = await serving('--retry')
    expect((await run('--requests', '5')).code).toBe(0)
    const { totals } = await ended()
    expect(totals).toMatchObject({ connections: 1, requests: 5 })
    expect(totals.retries).toBeGreaterThan(0)
  })

  it('an endless answer has goodput, and no latency', async () => {
    const { run, ended } = await serving()
    const { code, stdout } = await run('-d', '200ms', '--download', 'endless', '--json')
    expect(code).toBe(0)
    const doc = JSON.parse(stdout) as QuicPerfDocument
    expect(doc).toMatchObject({ latency: null, parameters: { responseBytes: null } })
    expect(doc.goodput?.downBitsPerSec).toBeGreaterThan(0)
    expect(isPublished(doc)).toBe(true)
    expect((await ended('SIGTERM')).code).toBe(143)
  })

  it('--insecure is told, and recorded', async () => {
    const { at, ended } = await serving()
    const { stdout, stderr } = await perf('run', at, '--insecure', '--requests', '3', '--json')
    expect(stderr).toContain('whoever answers')
    expect((JSON.parse(stdout) as QuicPerfDocument).server).toMatchObject({
      ...{ authenticatedBy: 'nothing', fingerprint: null },
    })
    await ended()
  })

  it('another certificate than the one given is no server', async () => {
    const { at, ended } = await serving()
    const { code, stderr } = await perf('run', at, '--fingerprint', NO_PIN)
    expect(code).toBe(4)
    expect(stderr).toContain('XRB_PEER_CERTIFICATE')
    await ended()
  })

  it('serves with a certificate of the user', async () => {
    const identity = selfSigned()
    const [certificate, key] = ['cert.pem', 'key.pem'].map((name) => join(folder, name))
    writeFileSync(certificate as string, identity.certificate)
    writeFileSync(key as string, identity.privateKey, { mode: 0o600 })
    const { fingerprint, run, ended } = await serving(
      ...['--certificate', certificate as string, '--private-key', key as string],
    )
    expect(fingerprint).toBe(identity.fingerprint.toString('hex'))
    expect((await run('--requests', '1')).code).toBe(0)
    await ended()
    writeFileSync(certificate as string, 'no certificate')
    const refused = await perf(
      ...['serve', '--listen', ':0', '--certificate', certificate as string],
      ...['--private-key', key as string],
    )
    expect(refused.code).toBe(3)
    expect(refused.stderr).toMatch(/XRB_CERTIFICATE\]\nhint: openssl x509/)
  })

  it.each([
    ['has run out', { from: '200101000000Z', until: '200102000000Z' }],
    ['is not good yet', { from: '480101000000Z', until: '491231235959Z' }],
  ])('a certificate that %s is the one that was named all the same', async (_, dates) => {
    const identity = selfSigned(dates)
    const [certificate, key] = ['dated.pem', 'dated-key.pem'].map((name) => join(folder, name))
    writeFileSync(certificate as string, identity.certificate)
    writeFileSync(key as string, identity.privateKey, { mode: 0o600 })
    const { at, run, ended } = await serving(
      ...['--certificate', certificate as string, '--private-key', key as string],
    )
    expect((await run('--requests', '1')).code).toBe(0)
    expect((await perf('run', at, '--fingerprint', NO_PIN)).code).toBe(4)
    await ended()
  })

  it('a server that goes ends the run, which keeps what it has', async () => {
    const { serve, run } = await serving()
    const output = join(folder, 'cut.json')
    const ran = run('-d', '60s', '--warmup', '0', '-o', output)
    await serve.until('traffic', () => timesServed(serve) > 500)
    serve.signalGroup('SIGINT')
    const { code, stderr } = await ran
    expect(code).toBe(4)
    expect(stderr).toContain('XRB_PEER_LOST')
    const doc = JSON.parse(readFileSync(output, 'utf8')) as QuicPerfDocument
    expect(doc.status).toBe('failed')
    expect(doc.requests).toBeGreaterThan(0)
  })

  it('Ctrl-C keeps what was measured', async () => {
    const { serve, at, fingerprint, ended } = await serving()
    const args = ['quic-perf', 'run', at, '--fingerprint', fingerprint, '-d', '60s', '--json']
    const client = new Cli([...args, '--warmup', '0'])
    await client.until('traffic', () => timesServed(serve) > 500)
    client.signalGroup('SIGINT')
    const { code, stdout } = await client.finished()
    expect(code).toBe(130)
    const doc = JSON.parse(stdout) as QuicPerfDocument
    expect(doc).toMatchObject({ status: 'aborted', failure: null })
    expect(doc.latency?.count).toBeGreaterThan(0)
    await ended()
  })

  it('says in one line what it did, and takes no limit beyond loopback for granted', async () => {
    const serve = new Cli(['quic-perf', 'serve', '--listen', '0.0.0.0:0', '--allow-remote'])
    await serve.sees(/serving ALPN perf at 0\.0\.0\.0:(\d+)/)
    await serve.sees(/answers of more than 1GiB are refused/)
    const at = `127.0.0.1:${/0\.0\.0\.0:(\d+)/.exec(serve.stderr)?.[1]}`
    const asked = ['--insecure', '--requests', '1', '--download']
    expect((await perf('run', at, ...asked, '2G')).stderr).toMatch(/gave up a stream/)
    expect((await perf('run', at, ...asked, '1k')).code).toBe(0)
    serve.signalGroup('SIGINT')
    const { code, stdout, stderr } = await serve.finished()
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' })
    expect(stderr).toMatch(/served 1 requests on 2 connections, 1 refused; 128B in, 1.02 kB out/)
  })
})

function isPublished(doc: QuicPerfDocument): boolean {
  const ajv = new Ajv2020.default({ strict: true, validateFormats: false })
  const file = new URL('../../../results/quic-perf-1.schema.json', import.meta.url)
  return ajv.compile(JSON.parse(readFileSync(file, 'utf8')))(doc)
}

/** How often the thread of a server went to sleep for want of packets (proc_pid_status(5)): about once for each round trip, whoever else is busy. */
function timesServed({ child: { pid } }: Cli): number {
  for (const id of readdirSync(`/proc/${pid}/task`)) {
    const task = `/proc/${pid}/task/${id}`
    if (readFileSync(`${task}/comm`, 'utf8') !== 'xr-perf\n') continue
    const status = readFileSync(`${task}/status`, 'utf8')
    return Number(/^voluntary_ctxt_switches:\s*(\d+)$/m.exec(status)?.[1])
  }
  return 0
}
