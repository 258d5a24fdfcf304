import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { need } from '../../fixtures/need.js'

/** Whoever reads the log of an agent stalls: a pager, a full pipe, a terminal that was halted. The log is real, and so are its readers. */

const LOG = fileURLToPath(new URL('../../../dist/cli/serve/log.js', import.meta.url))
/** Each shows its session, and is long enough for some hundred to be more than a pipe takes. */
const LOGS = {
  stdout: { made: 'jsonLog()', other: 'stderr', fits: 600 },
  stderr: { made: 'textLog(false)', other: 'stdout', fits: 1_000 },
} as const

/** With `log`, and `tell` of a session by its number. */
const beginning = (made: string) => `
  const { jsonLog, textLog } = await import(${JSON.stringify(LOG)})
  const log = ${made}
  const reason = { code: 'XRB_PEER_LEFT', message: 'The client has left.' }
  const session = { type: 'session-closed', seconds: 1, admitted: true, isPing: false, repetitions: 1, reason }
  const tell = (index) => log.tell({ ...session, peer: 'client-' + index + '-' + 'x'.repeat(200) })
  const tellMany = (count) => { for (let index = 0; index < count; index++) tell(index) }`

function sessionsOf(lines: readonly string[]): string[] {
  return lines.flatMap((line) => /client-(\d+)-/.exec(line)?.[1] ?? [])
}

/** What is read once the log was told of so many sessions, and then of one more before it ended. */
async function readLate(stream: keyof typeof LOGS, count: number): Promise<string[]> {
  const { made, other } = LOGS[stream]
  const source = `${beginning(made)}
    tellMany(${count})
    // The loop goes on.
    setTimeout(() => process.${other}.write('told'), 1)
    process.stdin.resume().once('end', async () => {
      tell(${count})
      const closed = log.close()
      process.${other}.write('ending')
      await closed
      process.exit()
    })`
  const child: ChildProcessWithoutNullStreams = spawn(process.execPath, [
    ...['--input-type=module', '-e', source],
  ])
  await once(child[other], 'data')
  child.stdin.end()
  await once(child[other], 'data')
  let text = ''
  child[stream].setEncoding('utf8').on('data', (piece: string) => {
    text += piece
  })
  child[other].resume()
  expect(await once(child, 'close')).toEqual([0, null])
  return text.trimEnd().split('\n')
}

describe.each(['stdout', 'stderr'] as const)('who reads %s', (stream) => {
  it('late gets all that fits, to the last line', async () => {
    const { fits } = LOGS[stream]
    const all = Array.from({ length: fits + 1 }, (_, index) => String(index))
    expect(sessionsOf(await readLate(stream, fits))).toEqual(all)
  })

  it('far too late gets no more than that, and the number of the others', async () => {
    const count = 20_000
    const lines = await readLate(stream, count)
    const lost = lines.flatMap((line) => {
      const said = /"lines-lost","count":(\d+)|^(\d+) lines are missing/.exec(line)
      return said === null ? [] : [Number(said[1] ?? said[2])]
    })
    expect(lost).toHaveLength(1)
    const told = sessionsOf(lines)
    expect(told).toHaveLength(lines.length - 1)
    expect(told.length + (lost[0] ?? 0)).toBe(count + 1)
    expect(told.length).toBeGreaterThan(LOGS[stream].fits)
    expect(told.length).toBeLessThan(count / 4)
  })
})

const hasScript = spawnSync('script', ['--version']).status === 0

it('a terminal that is halted (Ctrl-S) halts nothing but its lines', async ({ skip, signal }) => {
  need(hasScript ? null : 'script (package bsdutils) is missing', skip)
  const folder = mkdtempSync(join(tmpdir(), 'xrbench-halted-'))
  const [program, marker] = [join(folder, 'program.mjs'), join(folder, 'told')]
  const source = `${beginning(LOGS.stderr.made)}
    import { writeFileSync } from 'node:fs'
    const typed = (word) => new Promise((resolve) => process.stdin.on('data', (text) => String(text).includes(word) && resolve()))
    const [go, end] = [typed('go'), typed('end')]
    console.log('ready')
    await go
    tellMany(100)
    await new Promise((resolve) => setTimeout(resolve, 1))
    writeFileSync(${JSON.stringify(marker)}, '')
    await end
    await log.close()
    process.exit()`
  writeFileSync(program, source)
  const terminal = spawn('script', ['-qec', `${process.execPath} ${program}`, '/dev/null'])
  // A test that is over leaves nobody waiting.
  signal.addEventListener('abort', () => terminal.kill('SIGKILL'))
  let shown = ''
  terminal.stdout.setEncoding('utf8').on('data', (piece: string) => {
    shown += piece
  })
  while (!shown.includes('ready')) await delay(10, undefined, { signal })
  terminal.stdin.write('\x13go\n')
  while (!existsSync(marker)) await delay(10, undefined, { signal })
  expect(shown).not.toContain('client-')
  terminal.stdin.write('\x11end\n')
  const [code] = await once(terminal, 'close')
  expect(code, shown).toBe(0)
  expect(sessionsOf(shown.split('\n'))).toHaveLength(100)
  rmSync(folder, { recursive: true })
})
