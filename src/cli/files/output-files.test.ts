import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { documentOf, mixedCases } from '../../results/fixtures/documents.js'
import { runCli } from '../fixtures/spawn-cli.js'

const RESULT = JSON.stringify(documentOf(mixedCases()))

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'xrbench-outputs-'))
  writeFileSync(join(folder, 'r.json'), RESULT)
  mkdirSync(join(folder, 'sub'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const inFolder = (args: readonly string[], env: Record<string, string> = {}) =>
  runCli(args, { cwd: folder, env })

/** By the shell: what it opens as standard output. */
const throughShell = (args: readonly string[], redirection: string) =>
  runCli(args, { cwd: folder, wrapper: ['sh', '-c', `exec "$@" ${redirection}`, 'sh'] })

const kept = () => readFileSync(join(folder, 'r.json'), 'utf8') === RESULT

describe('what is read is never replaced by what is made of it', () => {
  test.each([
    ['report by its name', ['report', 'r.json', '-o', 'r.json']],
    ['report by another spelling', ['report', 'r.json', '-o', 'sub/../r.json']],
    ['export', ['export', 'r.json', '--csv', '-o', 'r.json']],
    ['export of the result itself', ['export', 'r.json', '--json', '--redact', '-o', './r.json']],
  ])('%s', async (_, args) => {
    const { code, stderr } = await inFolder(args)
    expect({ code, kept: kept() }).toEqual({ code: 2, kept: true })
    expect(stderr).toMatch(
      /^error: .*r\.json.* would be replaced by what is made of it\. \[XRB_OUTPUT_IS_INPUT\]\nhint: /,
    )
  })

  test.each([
    ['report', ['report', 'r.json', '-o', 'other.json']],
    ['export', ['export', 'r.json', '--csv', '-o', 'other.json']],
  ])('%s replaces no other measurement either', async (_, args) => {
    writeFileSync(join(folder, 'other.json'), RESULT)
    const { code, stderr } = await inFolder(args)
    expect(stderr).toMatch(
      /^error: other\.json has the result of .+ UTC, .*\[XRB_OUTPUT_IS_RESULT\]\nhint: /,
    )
    expect([code, readFileSync(join(folder, 'other.json'), 'utf8')]).toEqual([2, RESULT])
  })

  test('what was made of results is made again, and a result of another is told of', async () => {
    writeFileSync(join(folder, 'values.csv'), 'old')
    expect((await inFolder(['export', 'r.json', '--csv', '-o', 'values.csv'])).code).toBe(0)
    expect(readFileSync(join(folder, 'values.csv'), 'utf8')).toMatch(/^file,case,/)
    writeFileSync(join(folder, 'other.json'), RESULT)
    const { code, stderr } = await inFolder(['export', 'r.json', '--json', '-o', 'other.json'])
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(/^note: other\.json had the result of/),
    ])
  })

  test('nor through a hard link, under whichever name it is read', async () => {
    linkSync(join(folder, 'r.json'), join(folder, 'hard.json'))
    const { code, stderr } = await inFolder(['report', 'hard.json', '-o', 'r.json'])
    expect([code, kept()]).toEqual([2, true])
    expect(stderr).toContain('error: r.json is the same file as hard.json, which would be')
  })

  test('nor through a symbolic link', async () => {
    symlinkSync('r.json', join(folder, 'soft.json'))
    const { code } = await inFolder(['export', 'r.json', '--hlog', '-o', 'soft.json'])
    expect([code, kept()]).toEqual([2, true])
  })

  test('nor as one of many pictures', async () => {
    linkSync(join(folder, 'r.json'), join(folder, 'sub/host-percentiles-1.svg'))
    const { code, stderr } = await inFolder(['report', 'r.json', '--svg', 'sub'])
    expect([code, kept()]).toEqual([2, true])
    expect(stderr).toContain('sub/host-percentiles-1.svg is the same file as r.json')
  })

  test.each([
    ['export', ['export', 'r.json', '--csv']],
    ['show', ['show', 'r.json']],
    ['compare', ['compare', 'r.json', '--across', 'transport']],
    ['validate', ['validate', 'r.json']],
  ])('nor through what the shell opened for %s', async (_, args) => {
    const { code, stderr } = await throughShell(args, '>> r.json')
    expect([code, kept()]).toEqual([2, true])
    expect(stderr).toContain('error: Standard output is the same file as r.json')
  })

  test('nor as the summary of a job', async () => {
    const summary = { GITHUB_STEP_SUMMARY: join(folder, 'r.json') }
    const { code, stderr } = await inFolder(
      ['compare', 'r.json', '--across', 'transport', '--lenient'],
      summary,
    )
    expect([code, kept()]).toEqual([0, true])
    expect(stderr).toContain('note: the job summary would be r.json, which was compared')
  })

  test('nor the key of a peer by the result that it opens', async () => {
    writeFileSync(join(folder, 'key'), 'k'.repeat(64))
    const { code, stderr } = await inFolder([
      'run',
      '-t',
      'tcp',
      '--peer',
      '127.0.0.1:9',
      '--key-file',
      'key',
      '-o',
      'sub/../key',
    ])
    expect(code).toBe(2)
    expect(stderr).toContain('XRB_OUTPUT_IS_INPUT')
    expect(readFileSync(join(folder, 'key'), 'utf8')).toBe('k'.repeat(64))
  })

  test('a run over an older result says so before it begins', async () => {
    const run = ['run', '-t', 'tcp', '--iterations', '50', '--warmup', '0', '-r', '1', '--no-lab']
    const { code, stderr } = await inFolder([...run, '-o', 'r.json'])
    expect([code, kept()]).toEqual([0, false])
    const told =
      /note: r\.json has the result of [\d-]+ [\d:]+ UTC, which the first repetition replaces\n/
    expect(stderr).toMatch(told)
    const fresh = await inFolder([...run, '-o', 'new.json'])
    expect(fresh.code).toBe(0)
    expect(fresh.stderr).not.toMatch(told)
  })

  test('while other files are replaced as ever', async () => {
    writeFileSync(join(folder, 'old.html'), 'old')
    expect((await inFolder(['report', 'r.json', '-o', 'old.html'])).code).toBe(0)
    expect(readFileSync(join(folder, 'old.html'), 'utf8')).toMatch(/^<!doctype html>/)
    expect(kept()).toBe(true)
  })
})

describe('a variable of run', () => {
  const env = { XRBENCH_OUTPUT: 'r.json', XRBENCH_JSON: '1' }

  test('does not say where a page goes', async () => {
    const page = await inFolder(['report', 'r.json'], env)
    expect(page).toMatchObject({ code: 0, stdout: 'report.html\n', stderr: '' })
    expect(kept()).toBe(true)
  })

  test('does not say where an export goes, nor what it is', async () => {
    const { code, stdout } = await inFolder(['export', 'r.json', '--csv'], env)
    expect(code).toBe(0)
    expect(stdout).toMatch(/^file,case,/)
    expect(kept()).toBe(true)
  })

  test('does not name the folder of pictures', async () => {
    const python = join(folder, 'python')
    writeFileSync(python, '#!/bin/sh\n[ "$1" = -c ] || echo "$@"\n', { mode: 0o755 })
    const { stdout } = await inFolder(['plot', 'r.json'], {
      ...{ XRBENCH_OUTPUT: 'elsewhere', XRBENCH_PYTHON: python },
    })
    expect(stdout).toContain('--output . -- r.json')
    expect(existsSync(join(folder, 'elsewhere'))).toBe(false)
  })
})
