import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WIRES } from '../../transports/fixtures/wires.js'
import { Cli } from '../fixtures/spawn-cli.js'

/** What only both ends are to know is found in nothing that they print, write, or show to other users of the machine. */

const SECURE = ['tls', 'quic'].filter((name) => WIRES.some(({ transport }) => transport === name))
const ABSENT = { meta: { skipReason: 'TLS and QUIC are not in this build' } }

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'xrbench-secrets-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Everything that processes show, for as long as they run. */
class Watch {
  readonly #seen = new Map<string, string>()
  readonly #timer: NodeJS.Timeout

  constructor(...clis: readonly Cli[]) {
    this.#timer = setInterval(() => {
      for (const cli of clis) {
        const pids = [cli.child.pid ?? 0, ...cli.descendants().map(({ pid }) => pid)]
        for (const pid of pids) this.#look(pid)
      }
    }, 20)
  }

  #look(pid: number): void {
    for (const what of ['cmdline', 'environ']) {
      const path = `/proc/${pid}/${what}`
      try {
        this.#seen.set(path, readFileSync(path, 'latin1'))
      } catch {
        // It has ended.
      }
    }
  }

  /** What was seen, by where. */
  end(): ReadonlyMap<string, string> {
    clearInterval(this.#timer)
    return this.#seen
  }
}

/** The ways in which a secret may be written down. */
function spellings(secret: Buffer): string[] {
  const hex = secret.toString('hex')
  return [
    hex,
    hex.toUpperCase(),
    secret.toString('base64'),
    secret.toString('base64url'),
    secret.toString('latin1'),
  ]
}

/** Secrets of every TLS and QUIC session, from the file that GnuTLS keeps where its user asks for one (NSS Key Log Format). */
function sessionSecrets(keyLog: string): Buffer[] {
  return readFileSync(keyLog, 'utf8')
    .split('\n')
    .flatMap((line) => /^[A-Z0-9_]+ [0-9a-f]+ ([0-9a-f]{64,})$/.exec(line)?.[1] ?? [])
    .map((hex) => Buffer.from(hex, 'hex'))
}

/** Where one of `secrets`, or any private key, is found. */
function leaks(places: ReadonlyMap<string, string>, secrets: readonly Buffer[]): string[] {
  const needles = [...secrets.flatMap(spellings), 'PRIVATE KEY']
  return [...places]
    .filter(([, text]) => needles.some((needle) => text.includes(needle)))
    .map(([place]) => place)
}

const SHORT = ['-d', '200ms', '--warmup', '0', '-r', '2', '--verbose']
const CASES = ['-t', SECURE.join(','), '-w', 'ping-pong,connect']

describe.skipIf(SECURE.length === 0)('no secret is shown', ABSENT, () => {
  test.each([[[]], [['--json']]])('by a run with an agent of its own %j', async (how) => {
    const keyLog = join(folder, 'key.log')
    const output = join(folder, 'out.json')
    const cli = new Cli(['run', ...CASES, ...SHORT, ...how, '-o', output], {
      env: { SSLKEYLOGFILE: keyLog },
    })
    const watch = new Watch(cli)
    const { code, stdout, stderr } = await cli.finished()
    const processes = watch.end()
    expect(code, stderr).toBe(0)
    const secrets = sessionSecrets(keyLog)
    expect(secrets.length).toBeGreaterThan(0)
    // The client, its agent, and endpoints of both.
    expect(processes.size).toBeGreaterThanOrEqual(2 * 4)
    const told = { stdout, stderr, result: readFileSync(output, 'utf8') }
    const places = new Map([...processes, ...Object.entries(told)])
    expect(leaks(places, secrets)).toEqual([])
    // Nor the key of the agent, which nobody has ever seen: 64 digits, as it is told to it.
    for (const [place, text] of places) expect(text, place).not.toMatch(/[0-9a-f]{64}/i)
  })

  test('by a run with a peer, and by the peer', async () => {
    const key = randomBytes(32)
    const keyFile = join(folder, 'key')
    writeFileSync(keyFile, `${key.toString('hex')}\n`, { mode: 0o600 })
    const env = { SSLKEYLOGFILE: join(folder, 'key.log') }
    const serve = ['serve', '--listen', '127.0.0.1:0', '--key-file', keyFile, '--json', '--verbose']
    const agent = new Cli(serve, { env })
    await agent.until('its address', () => agent.stdout.includes('\n'))
    const { port } = JSON.parse(agent.stdout) as { port: number }
    const output = join(folder, 'out.json')
    const peer = ['--peer', `127.0.0.1:${port}`, '--key-file', keyFile]
    const cli = new Cli(['run', ...peer, ...CASES, ...SHORT, '-o', output], { env })
    const watch = new Watch(cli, agent)
    const ran = await cli.finished()
    agent.signalGroup('SIGTERM')
    const served = await agent.finished()
    const processes = watch.end()
    expect(ran.code, ran.stderr).toBe(0)
    const secrets = [key, ...sessionSecrets(env.SSLKEYLOGFILE)]
    expect(secrets.length).toBeGreaterThan(1)
    const told = {
      ...{ stdout: ran.stdout, stderr: ran.stderr, result: readFileSync(output, 'utf8') },
      ...{ 'agent’s stdout': served.stdout, 'agent’s stderr': served.stderr },
    }
    expect(leaks(new Map([...processes, ...Object.entries(told)]), secrets)).toEqual([])
  })

  test('by errors: another key, and something that is no key', async () => {
    const [own, other] = [randomBytes(32), randomBytes(32)]
    const files = {
      own: join(folder, 'own'),
      other: join(folder, 'other'),
      odd: join(folder, 'odd'),
    }
    writeFileSync(files.own, own.toString('hex'), { mode: 0o600 })
    writeFileSync(files.other, other.toString('hex'), { mode: 0o600 })
    writeFileSync(files.odd, `${own.toString('hex')}0`, { mode: 0o600 })
    const agent = new Cli([
      'serve',
      '--listen',
      '127.0.0.1:0',
      '--key-file',
      files.own,
      '--json',
      '--verbose',
    ])
    await agent.until('its address', () => agent.stdout.includes('\n'))
    const { port } = JSON.parse(agent.stdout) as { port: number }
    const told = new Map<string, string>()
    for (const [keyFile, error] of [
      [files.other, 'XRB_PEER_KEY'],
      [files.odd, 'XRB_KEY'],
    ] as const) {
      const peer = ['--peer', `127.0.0.1:${port}`, '--key-file', keyFile]
      const { stdout, stderr } = await new Cli([
        'run',
        ...peer,
        ...CASES,
        ...SHORT,
        '--json',
      ]).finished()
      expect(stderr).toContain(`[${error}]`)
      told.set(error, stdout + stderr)
    }
    agent.signalGroup('SIGTERM')
    const { stdout, stderr } = await agent.finished()
    told.set('agent', stdout + stderr)
    expect(leaks(told, [own, other])).toEqual([])
  })

  test('and none is written down unless its user asks for it', async () => {
    const cli = new Cli(['run', ...CASES, ...SHORT, '-o', 'out.json'], { cwd: folder })
    expect((await cli.finished()).code).toBe(0)
    expect(readdirSync(folder)).toEqual(['out.json'])
  })
})
