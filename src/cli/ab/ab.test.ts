import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CompareDocument } from '../../compare/schema.js'
import type { ResultDocument } from '../../results/schema/schema.js'
import { runCli } from '../fixtures/spawn-cli.js'
import { expectValid } from '../fixtures/valid-result.js'

/** Of ten pairs one may be turned round by what else runs here, and the rest still decides. */
const BRIEF = ['--iterations', '200', '--warmup', '0', '--repeat', '10']

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'xrbench-ab-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('xrbench ab', () => {
  test('measures both in turn into one result, and compares them in pairs', {
    timeout: 180_000,
  }, async () => {
    const output = join(folder, 'ab.json')
    const both = ['-t', 'tcp', ...BRIEF, '-o', output]
    const run = await runCli(['ab', ...both, '--', '-s', '64', '--', '-s', '1M'])
    expect(run.code).toBe(0)
    expect(run.stdout).toMatch(/^base +A \(-s 64\) of .*ab\.json/)
    expect(run.stdout).toMatch(/^A: tcp\/.*64B.* → B: tcp\/.*1MiB.*n = 10 each, interleaved$/m)
    expect(run.stdout).toMatch(/p50 .* worse ×/)
    const result: ResultDocument = JSON.parse(readFileSync(output, 'utf8'))
    expectValid(result)
    expect(result.variants).toEqual({ a: ['-s', '64'], b: ['-s', '1M'] })
    const orders = result.cases.map(({ variant, repetitions }) => [
      variant,
      repetitions.map(({ order }) => order),
    ])
    expect(orders).toEqual([
      ['a', [0, 3, 4, 7, 8, 11, 12, 15, 16, 19]],
      ['b', [1, 2, 5, 6, 9, 10, 13, 14, 17, 18]],
    ])

    const again = await runCli(['compare', output, '--json', '--fail-on', 'p50:+5%'])
    expect(again.code).toBe(7)
    const compared: CompareDocument = JSON.parse(again.stdout)
    expect(compared).toMatchObject({ across: 'variant', verdict: 'difference' })
    expect(compared.comparisons[0]?.pairs[0]).toMatchObject({ design: 'interleaved' })
    expect((await runCli(['validate', output])).code).toBe(0)
    expect((await runCli(['show', output])).stdout).toMatch(/^B: tcp\/ping-pong\/1MiB/m)
  })

  test.each([
    ['one side only', ['-t', 'tcp', '--', '-s', '64'], /ab takes two configurations/],
    ['three sides', ['--', '-s', '64', '--', '-s', '65', '--'], /ab takes two configurations/],
    ['the same twice', ['-t', 'tcp', '--', '--'], /they are the same/],
    ['a place for one side', ['--', '--lab', '--', '-s', '65'], /--lab is for both sides/],
    ['a family for one side', ['--', '--', '-6'], /--ipv6 is for both sides/],
    ['a device for one side', ['--', '--device', 'rxe0', '--'], /--device is for both sides/],
    ['a count for one side', ['--', '--', '--repeat', '3'], /--repeat is for both sides/],
    ['what only one can read', ['-t', 'tcp', '--', '-s', 'x', '--'], /'x'/],
    ['what changes nothing', ['-t', 'tcp', '--', '--', '--rate', '1M'], /--rate would change/],
    ['an unknown option', ['--', '--wiat', 'spin', '--'], /Unknown option '--wiat'/],
    ['a stray word', ['--', 'spin', '--'], /Too many arguments/],
  ])('refuses %s with 2, before anything starts', async (_, args, says) => {
    const { code, stdout, stderr } = await runCli(['ab', ...args], { cwd: folder })
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(says)
  })

  test('--dry-run tells the pairs', async () => {
    const { stdout } = await runCli(
      ['ab', '-t', 'tcp,udp', '--dry-run', '--', '--', '--wait', 'spin'],
      { cwd: folder },
    )
    expect(stdout).toMatch(/^A: tcp\/.*block +× 10\nB: tcp\/.*spin +× 10\nA: udp\/.*\nB: udp\/.*\n/)
  })
})
