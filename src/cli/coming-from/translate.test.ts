import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { runCli } from '../fixtures/spawn-cli.js'
import { createProgram } from '../program.js'
import type { RunFlags } from '../run/flags.js'
import { readRunFlags } from '../run/request.js'
import { pageOfTools } from './page.js'
import { otherTool, TOOLS, translate } from './translate.js'

const PAGE = fileURLToPath(new URL('../../../docs/coming-from.md', import.meta.url))

const LINES = [
  ['run -P 4 -R -u -b 1G', 'xrbench run -w stream --streams 4 --direction down -t udp --rate 4G'],
  ['run -t 10', 'xrbench run -t tcp -w stream --duration 10s'],
  ['-c 10.0.0.2 -p 5202 -t 5', 'xrbench run -t tcp -w stream --duration 5s --peer 10.0.0.2:5202'],
  [
    'iperf3 --client host --parallel=2 -uR -b250M',
    'xrbench run -w stream --streams 2 -t udp --direction down --rate 500M --peer host',
  ],
  ['iperf3 -s -p 5201', 'xrbench serve --listen 0.0.0.0:5201 --key-file xrbench.key'],
  [
    'run --bidir -w 256K',
    'xrbench run -t tcp -w stream --direction both --sndbuf 256k --rcvbuf 256k',
  ],
  [
    'sockperf pp -i 10.0.0.2 -m 64 -t 10 --tcp',
    'xrbench run -w ping-pong --size 64 --duration 10s -t tcp --peer 10.0.0.2',
  ],
  ['sockperf under-load -b 8', 'xrbench run -t udp -w rr --inflight 8'],
  [
    'ib_write_bw -d mlx5_0 -x 3 -q 4 -D 10 -b 10.0.0.2',
    'xrbench run -t rdma --wait spin -w stream --operation write --device mlx5_0 --gid-index 3 --streams 4 --duration 10s --direction both --peer 10.0.0.2',
  ],
  [
    'ib_send_lat -e -s 8',
    'xrbench run -t rdma -w ping-pong --operation send --wait block --size 8',
  ],
  ['run -d mlx5_0 -x 3', 'xrbench run -t rdma --wait spin --device mlx5_0 --gid-index 3'],
] as const

describe('a line of another tool', () => {
  test.each(LINES)('%s is %s', (typed, line) => {
    expect(translate(typed.split(' '))?.line).toBe(line)
  })

  test.each([
    'run -t tcp',
    'run -P four',
    'run --wat',
    'compare -P 4',
    'run',
    '',
    'ib_write_bw a b',
  ])('%j is none, or one that is not understood', (typed) =>
    expect(translate(typed.split(' '))).toBeNull(),
  )

  test('says what differs of the flags that were given, and what has no equivalent', () => {
    expect(translate(['run', '-P', '2', '-b', '1M', '-Z'])?.notes).toEqual([
      'Its -b is of each stream there; --rate of all together.',
      'Its -Z has no equivalent: messages are sent by send.',
    ])
    expect(translate(['run', '-b', '1M', '-u'])?.notes).toEqual([])
  })

  test('is answered with a line that xrbench takes', async () => {
    const { code, stderr, stdout } = await runCli('run -P 4 -R -u -b 1G'.split(' '))
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    const [, line = ''] = /\[XRB_OTHER_TOOL\]\nhint: xrbench (.*)\n/.exec(stderr) ?? []
    expect(line).toBe('run -w stream --streams 4 --direction down -t udp --rate 4G')
    const plan = await runCli([...line.split(' '), '--dry-run'])
    expect([plan.code, plan.stderr.match(/^error.*/m)]).toEqual([0, null])
  })

  test.each(LINES.filter(([, line]) => line.startsWith('xrbench run')))(
    'that of %s is one that can be read',
    async (_, line) => {
      const program = createProgram()
      const run = program.commands.find((command) => command.name() === 'run')
      await run?.action(() => {}).parseAsync(line.split(' ').slice(2), { from: 'user' })
      const label = (key: string) => `--${key}`
      const request = readRunFlags(run?.opts() as RunFlags, { label, isGiven: () => true })
      expect(request.transports).toHaveLength(1)
    },
  )

  test('that is partly its own gets the one flag, and what is mistyped its own hint', () => {
    const unread = { code: 'XRB_USAGE', message: "Unknown option '-P'.", isUnread: true }
    expect(otherTool('run -t tcp -w stream -P 4'.split(' '), unread)).toMatchObject({
      message: "Unknown option '-P'.",
      hint: "iperf3's -P N is --streams N",
    })
    const read = { message: '', isUnread: false }
    expect(otherTool(['run', '-4', '-6'], { ...read, code: 'XRB_USAGE' })).toBeNull()
    expect(otherTool(['run', '-d', 'long'], { ...read, code: 'XRB_BAD_DURATION' })).toBeNull()
    expect(otherTool(['run', '-t', 'tpc'], { ...read, code: 'XRB_UNKNOWN_TRANSPORT' })).toBeNull()
    expect(otherTool(['run', '-t', '10'], { ...read, code: 'XRB_UNKNOWN_TRANSPORT' })?.hint).toBe(
      'xrbench run -t tcp -w stream --duration 10s',
    )
  })
})

describe('docs/coming-from.md', () => {
  test('has the tables that lines are read by', () => {
    expect(readFileSync(PAGE, 'utf8')).toContain(pageOfTools())
  })

  test('has no flag twice', () => {
    for (const { flags } of TOOLS) {
      const names = flags.flatMap((one) => one.names)
      expect(new Set(names).size).toBe(names.length)
    }
  })
})
