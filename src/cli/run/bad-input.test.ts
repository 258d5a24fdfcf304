import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectRefusal, type Refusal } from '../fixtures/refusal.js'
import { runCli } from '../fixtures/spawn-cli.js'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'xrbench-input-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const run = (...args: string[]): string[] => ['run', ...args]

const REFUSALS: Record<string, Refusal> = {
  'unknown flag': {
    args: run('--siz', '64'),
    error: /^Unknown option '--siz'\. \[XRB_USAGE\]/,
    hint: /Did you mean --size\?/,
  },
  'unknown command': {
    args: ['rnu'],
    error: /^Unknown command 'rnu'\. \[XRB_USAGE\]/,
    hint: /Did you mean run\?/,
  },
  'a word too many': {
    args: run('tcp'),
    error: /[Tt]oo many arguments.*\[XRB_USAGE\]/,
    hint: /--help/,
  },
  'a flag without its value': {
    args: run('--size'),
    error: /argument missing/,
    hint: /^xrbench run --help$/,
  },
  'a command without its file': {
    args: ['report'],
    error: /Missing required argument 'file'/,
    hint: /^xrbench report --help$/,
  },
  'unknown transport': {
    args: run('--transport', 'tpc'),
    error: /^--transport: 'tpc' is not a transport\. \[XRB_UNKNOWN_TRANSPORT\]/,
    hint: /did you mean tcp\?/,
  },
  'all beside another transport': {
    args: run('--transport', 'all,tcp'),
    error: /'all' stands alone/,
    hint: /--transport all/,
  },
  'unknown workload': {
    args: run('--workload', 'pingpong'),
    error: /is not a workload\. \[XRB_UNKNOWN_WORKLOAD\]/,
    hint: /did you mean ping-pong\?/,
  },
  'unknown direction': {
    args: run('-w', 'stream', '--direction', 'left'),
    error: /'left' is not a direction/,
    hint: /up, down, both/,
  },
  'unknown wait policy': {
    args: run('--wait', 'sleep'),
    error: /'sleep' is not a wait policy/,
    hint: /block, spin/,
  },
  'size 0': {
    args: run('--size', '0'),
    error: /outside 1B to 64MiB.*\[XRB_BAD_SIZE\]/,
    hint: /--size 1/,
  },
  'size above 64 MiB': {
    args: run('-t', 'tcp', '--size', '65M'),
    error: /\[XRB_BAD_SIZE\]/,
    hint: /64MiB/,
  },
  'size above a datagram': {
    args: run('--size', '64k', '-t', 'tcp,udp'),
    error:
      /does not fit a UDP datagram, which carries at most 65,507 B over IPv4\. \[XRB_BAD_SIZE\]/,
    hint: /--transport tcp/,
  },
  'a unit nobody knows': { args: run('--size', '4q'), error: /unknown unit 'q'/, hint: /KiB/ },
  'a unit with two meanings': {
    args: run('--size', '4kB'),
    error: /1,000 or of 1,024/,
    hint: /4KiB/,
  },
  'an empty item': {
    args: run('--size', '64,,4k'),
    error: /has an empty item\. \[XRB_BAD_LIST\]/,
    hint: /--size 64,4k/,
  },
  'an empty list': {
    args: run('--size', ''),
    error: /--size is empty\. \[XRB_BAD_LIST\]/,
    hint: /--help/,
  },
  'an item twice': {
    args: run('--size', '4k,4096'),
    error: /'4096' is there twice\. \[XRB_BAD_LIST\]/,
    hint: /--size 4k$/m,
  },
  'a transport twice': {
    args: run('-t', 'tcp,tcp'),
    error: /'tcp' is there twice/,
    hint: /--transport tcp$/m,
  },
  'duration 0': {
    args: run('--duration', '0'),
    error: /--duration has to be longer than 0\. \[XRB_BAD_DURATION\]/,
    hint: /3s/,
  },
  'a duration without a unit': {
    args: run('--duration', '3'),
    error: /'3' has no unit/,
    hint: /--duration 3s/,
  },
  'a duration with a bad unit': {
    args: run('--duration', '3d'),
    error: /unknown unit 'd'/,
    hint: /ms, s, m, h/,
  },
  'a negative duration': { args: run('--duration', '-3s'), error: /\[XRB_/, hint: /./ },
  'iterations 0': {
    args: run('--iterations', '0'),
    error: /--iterations: 0 is outside/,
    hint: /from 1/,
  },
  'duration and iterations': {
    args: run('--duration', '1s', '--iterations', '5'),
    error: /--duration and --iterations exclude one another/,
    hint: /one of them/,
  },
  'repeat 0': {
    args: run('--repeat', '0'),
    error: /--repeat: 0 is outside 1 to 1000/,
    hint: /1 to 1000/,
  },
  'repeat that is no number': {
    args: run('--repeat', 'many'),
    error: /'many' is not a whole number/,
    hint: /1 to 1000/,
  },
  'streams 0': { args: run('-w', 'stream', '--streams', '0'), error: /outside 1 to 64/, hint: /./ },
  'rate 0': {
    args: run('-w', 'stream', '--rate', '0'),
    error: /--rate has to be more than 0/,
    hint: /no limit/,
  },
  'dscp 64': { args: run('--dscp', '64'), error: /outside 0 to 63/, hint: /./ },
  'a pin without a server': {
    args: run('--pin', '1'),
    error: /\[XRB_BAD_PIN\]/,
    hint: /--pin 3:2/,
  },
  'a CPU that is not there': {
    args: run('--pin', '4095:0'),
    code: 3,
    error: /CPU 4095.*\[XRB_NO_CPU\]/,
    hint: /may be used/,
  },
  'a congestion control that is not there': {
    args: run('-t', 'tcp', '--congestion', 'nosuch'),
    code: 3,
    error: /'nosuch'\. \[XRB_NO_CONGESTION_CONTROL\]/,
    hint: /available: .*modprobe tcp_nosuch/,
  },
  'both address families': { args: run('-4', '-6'), error: /exclude one another/, hint: /./ },
  'a timeout below the message timeout': {
    args: run('--message-timeout', '9s'),
    error: /has to be shorter than --timeout/,
    hint: /--timeout 5s/,
  },
  'a flag that would change nothing': {
    args: run('--streams', '4'),
    error: /--streams would change nothing: it needs a stream/,
    hint: /--workload stream/,
  },
  'a peer without a key': {
    args: run('--peer', '127.0.0.1'),
    error: /--peer needs --key-file/,
    hint: /--key-file/,
  },
  'a key without a peer': {
    args: run('--key-file', 'k'),
    error: /--key-file needs --peer/,
    hint: /--peer/,
  },
  'a wait without a peer': {
    args: run('--max-wait', '1h'),
    error: /--max-wait needs --peer/,
    hint: /leave it out/,
  },
  'a wait that is none': {
    args: run('--peer', '192.0.2.1', '--key-file', 'k', '--max-wait', '0'),
    error: /--max-wait has to be longer than 0\. \[XRB_BAD_DURATION\]/,
    hint: /500ms, 3s or 1m/,
  },
  'a port that is none': {
    args: run('--peer', '127.0.0.1:99999', '--key-file', 'k'),
    error: /\[XRB_BAD_PEER\]/,
    hint: /HOST:PORT/,
  },
  'an unknown cipher': {
    args: run('--cipher', 'rot13'),
    error: /'rot13' is not a cipher/,
    hint: /aes-128-gcm/,
  },
  'a cipher of transports without one': {
    args: run('-t', 'tcp', '--cipher', 'aes-256-gcm'),
    error: /--cipher would change nothing: it needs TLS or QUIC/,
    hint: /leave it out/,
  },
  'a QUIC packet that is too small': {
    args: run('--quic-payload', '1199'),
    error: /--quic-payload: '1199' is outside 1200B to /,
    hint: /--quic-payload/,
  },
  'packets without encryption to another machine': {
    args: run('-t', 'quic', '--quic-null-crypto', '--peer', '192.0.2.1', '--key-file', '/dev/null'),
    error: /--quic-null-crypto is for this machine and the lab/,
    hint: /leave out/,
  },
  'kTLS without TLS': {
    args: run('-t', 'quic', '--ktls', 'on'),
    error: /--ktls would change nothing: it needs TLS/,
    hint: /leave it out/,
  },
  'an option of QUIC without it': {
    args: run('-t', 'udp', '--quic-messages', 'datagram'),
    error: /--quic-messages would change nothing: it needs QUIC/,
    hint: /leave it out/,
  },
}

describe.each(Object.entries(REFUSALS))('%s', (_, refusal) => {
  test('is one sentence with a hint, before anything starts', () => expectRefusal(refusal, folder))
})

test('with --json the error is also a document on stdout', async () => {
  const { code, stdout, stderr } = await runCli(run('--size', '0', '--json'))
  expect(code).toBe(2)
  expect(stderr).toContain('[XRB_BAD_SIZE]')
  expect(JSON.parse(stdout)).toEqual({
    error: { code: 'XRB_BAD_SIZE', message: expect.stringContaining('64MiB'), hint: '--size 1B' },
  })
})

test('a bad variable is named, not the flag it stands for', async () => {
  const { code, stderr } = await runCli(run(), { env: { XRBENCH_SIZE: '4x' } })
  expect(code).toBe(2)
  expect(stderr).toMatch(/^error: XRBENCH_SIZE: '4x' has the unknown unit/)
})

test('a flag wins over its variable, and an empty variable counts as none', async () => {
  const env = { XRBENCH_SIZE: '4x', XRBENCH_REPEAT: '', XRBENCH_JSON: '0' }
  const { code, stdout } = await runCli(run('--size', '128', '--dry-run'), { env })
  expect(code).toBe(0)
  expect(stdout).toContain('tcp/ping-pong/128B/block')
})

test('a flag without a value can be set by its variable', async () => {
  const args = run('--dry-run', '--transport', 'tcp')
  const { stdout } = await runCli(args, { env: { XRBENCH_JSON: '1' } })
  expect(JSON.parse(stdout)).toMatchObject({ schema: 'xrbench.plan/1', repetitions: 6 })
})

test('an unknown flag never shows a stack without --verbose, and does with it', async () => {
  expect((await runCli(run('--size', '0'))).stderr).not.toMatch(/^ {4}at /m)
  expect((await runCli(run('--size', '0', '--verbose'))).stderr).toMatch(/^ {4}at /m)
})

describe('an output that cannot be written is found before measuring', () => {
  beforeAll(() => writeFileSync(join(folder, 'file'), ''))
  test.each([
    ['a folder that is not there', () => join(folder, 'none', 'x.json')],
    ['a file in the way of a folder', () => join(folder, 'file', 'x.json')],
    ['a device', () => '/dev/full'],
  ])('%s', async (_, path) => {
    const { code, stdout, stderr } = await runCli(run('--output', path()))
    expect(stderr).toMatch(/^error: .*\[XRB_OUTPUT\]\nhint: /)
    expect(code).toBe(3)
    expect(stdout).toBe('')
  })

  test('a folder without the right to write', async ({ skip }) => {
    skip(process.getuid?.() === 0, 'root may write everywhere')
    const path = mkdtempSync(join(folder, 'locked-'))
    chmodSync(path, 0o500)
    const { code, stderr } = await runCli(run('--output', `${path}/`))
    expect(stderr).toMatch(/\[XRB_OUTPUT\]/)
    expect(code).toBe(3)
  })
})
