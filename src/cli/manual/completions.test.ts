import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { need } from '../../fixtures/need.js'
import { runCli } from '../fixtures/spawn-cli.js'
import { createProgram } from '../program.js'
import { COMPLETIONS } from './shells.js'
import { surfaceOf } from './surface.js'

const hasTerminal = spawnSync('script', ['--version']).status === 0
const hasMan = spawnSync('man', ['--version']).status === 0

let folder = ''
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'xrbench-completions-'))
  const { code, stdout } = await runCli(['completions', 'bash'])
  expect(code).toBe(0)
  writeFileSync(join(folder, 'xrbench.bash'), stdout)
  writeFileSync(join(folder, 'result-of-monday.json'), '{}')
  mkdirSync(join(folder, 'results-of-may'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What a bash at a terminal makes of lines in which the tabulator was pressed: the words of each. */
async function typed(lines: readonly string[]): Promise<string[][]> {
  // A command of that name, which tells its words in place of the real one.
  const begin = `PS1=; source xrbench.bash; xrbench() { printf '\\n<<%s>>\\n' "$(printf '%s|' "$@")"; }\n`
  const bash = spawn('script', ['-qec', 'bash --noprofile --norc -i', '/dev/null'], {
    cwd: folder,
    env: { ...process.env, TERM: 'dumb', INPUTRC: '/dev/null', HISTFILE: '' },
  })
  let shown = ''
  bash.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text
  })
  bash.stdin.write([begin, ...lines.map((line) => `${line}\n`), 'exit\n'].join(''))
  await new Promise((resolve) => bash.on('close', resolve))
  return [...shown.matchAll(/^<<(.*)\|>>\r?$/gm)].map(([, words = '']) => words.split('|'))
}

describe('completions of bash', () => {
  test('complete commands, flags, words, lists and files as they are typed', async ({ skip }) => {
    need(hasTerminal ? null : 'util-linux has no script(1) here', skip)
    const words = await typed([
      'xrbench val\t',
      'xrbench run --mpt\t',
      'xrbench run --direction bo\t',
      'xrbench run -t tcp,qui\t:op\t',
      'xrbench run --transport=td\b\bud\t',
      'xrbench show result-\t',
      'xrbench run --output results-\t',
      'xrbench quic-perf ser\t --max-con\t',
      'xrbench run --rate 1\t',
      'xrbench completions fi\t',
    ])
    expect(words).toEqual([
      ['validate'],
      ['run', '--mptcp'],
      ['run', '--direction', 'both'],
      ['run', '-t', 'tcp,quic:openssl'],
      ['run', '--transport=udp'],
      ['show', 'result-of-monday.json'],
      ['run', '--output', 'results-of-may/'],
      ['quic-perf', 'serve', '--max-connections'],
      ['run', '--rate', '1'],
      ['completions', 'fish'],
    ])
  })
})

describe('what is made of the table of flags', () => {
  test('every script and the man page name every command and every flag of run', async () => {
    const program = createProgram()
    const run = program.commands.find((command) => command.name() === 'run')
    const flags = (run?.options ?? []).map(({ long = '' }) => long.slice(2))
    expect(flags.length).toBeGreaterThan(60)
    const surface = surfaceOf(program)
    const { stdout: page } = await runCli(['manual'])
    for (const made of [...Object.values(COMPLETIONS).map((make) => make(surface)), page]) {
      const text = made.replaceAll('\\-', '-')
      expect(flags.filter((flag) => !text.includes(flag))).toEqual([])
      expect(text).toContain('quic-perf')
    }
  })

  test('man shows the page without a complaint', async ({ skip }) => {
    need(hasMan ? null : 'there is no man(1) here', skip)
    const { stdout } = await runCli(['manual'])
    const page = join(folder, 'xrbench.1')
    writeFileSync(page, stdout)
    const shown = spawnSync('man', ['--warnings', '-l', page], {
      encoding: 'utf8',
      env: { ...process.env, MANWIDTH: '80', MANPAGER: 'cat' },
    })
    expect(shown.stderr).toBe('')
    expect(shown.stdout).toMatch(/xrbench run \[options\]/)
    expect(shown.stdout).toMatch(/--mptcp/)
  })

  test('an unknown shell gets the nearest', async () => {
    const { code, stderr } = await runCli(['completions', 'bush'])
    expect(code).toBe(2)
    expect(stderr).toMatch(/'bush' is not a shell\.[\s\S]*did you mean bash\?/)
  })
})
