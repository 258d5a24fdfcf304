import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compareResults } from '../../compare/compare.js'
import { sourceOf } from '../../compare/fixtures/sources.js'
import { documentOf, mixedCases } from '../../results/fixtures/documents.js'
import { documentAt } from '../../results/fixtures/places.js'
import { caseOf, pingPongReport } from '../../results/fixtures/reports.js'
import { runCli } from '../fixtures/spawn-cli.js'

const NOTEBOOKS = fileURLToPath(new URL('../../../notebooks/', import.meta.url))
const python = ['python3', '/usr/bin/python3'].find((name) => has(name, 'matplotlib'))
if (python === undefined && process.env.XRBENCH_REQUIRE_MATPLOTLIB === '1') {
  throw new Error('no Python with matplotlib: apt-get install python3-matplotlib')
}

function has(name: string, module: string): boolean {
  return spawnSync(name, ['-c', `import ${module}`], { stdio: 'ignore' }).status === 0
}

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'xrbench-plot-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function put(name: string, doc: unknown): string {
  const text = JSON.stringify(doc)
  writeFileSync(join(folder, name), name.endsWith('.gz') ? gzipSync(text) : text)
  return join(folder, name)
}

test('without matplotlib the line to install it is said, and nothing is drawn', async () => {
  const { code, stdout, stderr } = await runCli(['plot', put('r.json', {})], {
    env: { XRBENCH_PYTHON: '/bin/false' },
  })
  expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
  expect(stderr).toMatch(
    /^error: No Python with matplotlib .*\[XRB_NO_MATPLOTLIB\]\nhint: apt-get install/,
  )
})

test('a comparison in which nearly all is wrong is refused in one sentence', async () => {
  const options = { across: null, forced: false, gates: [] }
  const levels = [1, 1.01, 0.99, 1.02, 0.98, 1.005]
  const compared = compareResults(sourceOf(levels), [sourceOf(levels)], options)
  const cases = Array.from({ length: 150_000 }, () => 7)
  const differences = [{ name: 'x', base: '', new: '', weight: 'note', cases }]
  const comparisons = compared.comparisons.map((one) => ({ ...one, differences }))
  const { code, stderr } = await runCli(['plot', put('wrong.json', { ...compared, comparisons })], {
    env: { XRBENCH_PYTHON: '/bin/true' },
  })
  expect(stderr).toMatch(
    /^error: \S+ is not valid at comparisons\.0\.differences\.0\.cases\.0: .* \[XRB_RESULT_FILE\]\n/,
  )
  expect(code).toBe(2)
})

const NO_MATPLOTLIB = 'no Python has matplotlib (apt-get install python3-matplotlib)'
describe.skipIf(python === undefined)(
  'with matplotlib',
  { meta: { skipReason: NO_MATPLOTLIB } },
  () => {
    const doc = { ...documentOf(mixedCases(), 3), label: 'a $label$ <b>' }

    test('every picture there is enough for is drawn', async () => {
      const levels = [1, 1.01, 0.99, 1.02, 0.98, 1.005]
      const compared = compareResults(
        sourceOf(levels),
        [sourceOf(levels.map((level) => level * 1.3))],
        { across: null, forced: false, gates: [] },
      )
      const files = [put('r.json.gz', doc), put('comparison.json', compared)]
      const output = join(folder, 'pictures')
      const { code, stdout, stderr } = await runCli(['plot', ...files, '-o', output])
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      const names = ['comparison', 'cpu', 'over-time', 'percentiles', 'repetitions', 'throughput']
      expect(readdirSync(output).toSorted()).toEqual(names.map((name) => `${name}.png`))
      expect(stdout.trimEnd().split('\n').toSorted()).toEqual(
        names.map((name) => join(output, `${name}.png`)),
      )
      for (const name of names) {
        expect(
          readFileSync(join(output, `${name}.png`))
            .subarray(1, 4)
            .toString(),
        ).toBe('PNG')
      }
    })

    test('the values are those of the result', () => {
      const file = put('r.json', doc)
      const script = `
import json, sys
sys.path.insert(0, sys.argv[1])
import xrbench_plots as x
cases, _ = x.load([x.Path(sys.argv[2])])
print(json.dumps([[x.value_at(r["latency"]["decoded"], q) for q in (0.5, 0.9, 0.99)]
                  for c in cases for r in c.repetitions if r["latency"]]))`
      const run = spawnSync(python ?? '', ['-c', script, NOTEBOOKS, file], { encoding: 'utf8' })
      const expected = doc.cases.flatMap(({ repetitions }) =>
        repetitions.flatMap(({ latency }) => {
          if (latency === null) return []
          const { p50, p90, p99 } = latency.percentiles
          return [[p50, p90, p99]]
        }),
      )
      expect(JSON.parse(run.stdout), run.stderr).toEqual(expected)
    })

    describe('what was lost', () => {
      const ran = (rounds: number, lost = 0) =>
        documentOf(
          [
            {
              case: caseOf('udp', 'ping-pong'),
              report: pingPongReport({ rounds, bodyNs: 10_000, lost }),
            },
          ],
          8,
        )
      const lossy = ran(3_920, 80)
      const scriptOf = (lines: string) => `
import json, math, sys
sys.path.insert(0, sys.argv[1])
import xrbench_plots as x
cases, comparisons = x.load([x.Path(path) for path in sys.argv[2:]])
${lines}`
      const told = (lines: string, ...files: string[]) => {
        const args = ['-c', scriptOf(lines), NOTEBOOKS, ...files]
        const run = spawnSync(python ?? '', args, { encoding: 'utf8' })
        expect(run.stderr).toBe('')
        return JSON.parse(run.stdout)
      }

      test('is infinitely late in repetitions, and beyond the end of a curve', () => {
        const file = put('lossy.json', lossy)
        const [p50, p99, deepest, highest] = told(
          `
repetition = cases[0].repetitions[0]
depths, _ = x.curve(repetition["latency"]["decoded"], repetition["latency"]["later"])
reached, _, _ = x.band([(r["latency"]["decoded"], r["latency"]["later"]) for r in cases[0].repetitions], [0, 1, 1.6, 1.8])
print(json.dumps([x.with_loss(repetition, "p50"), str(x.with_loss(repetition, "p99")), depths[-1], reached[-1]]))`,
          file,
        )
        const latency = lossy.cases[0]?.repetitions[0]?.latency
        expect([p50, p99]).toEqual([latency?.percentilesWithLoss?.p50, 'inf'])
        expect(deepest).toBeCloseTo(-Math.log10(0.02), 6)
        expect(highest).toBe(1.6)
      })

      test('is infinitely late in the interval in which it was lost', () => {
        const [title, gaps] = told(
          `
axis = x.plot_over_time(cases).axes[0]
print(json.dumps([axis.get_title(loc="left"), [math.isnan(y) for y in axis.lines[1].get_ydata()[:4]]]))`,
          put('lossy.json', lossy),
        )
        expect(title).toMatch(/, lost messages infinitely late$/)
        // The second of two intervals, and where the next repetition begins.
        expect(gaps).toEqual([false, true, true, false])
      })

      test('is counted at the edge, where no mark has a place', () => {
        const texts = told(
          `
figure = x.plot_repetitions(cases)
print(json.dumps([t.get_text() for axis in figure.axes for t in axis.texts]))`,
          put('lossy.json', lossy),
        )
        expect(texts).toEqual(['8 × ∞'])
      })

      test('makes ratios infinite, which a comparison has as null', () => {
        const [base, other] = [ran(3_920), lossy].map((one) => ({ file: 'r.json', doc: one }))
        if (base === undefined || other === undefined) throw new Error('there are two')
        const options = { across: null, forced: false, gates: [] }
        const files = [
          put('lossy-comparison.json', compareResults(base, [other], options)),
          put('lossless-comparison.json', compareResults(other, [base], options)),
        ]
        const [[texts, widths], [turned]] = told(
          `
figures = [x.plot_comparison(one) for one in comparisons]
for figure in figures:
    figure.canvas.draw()
print(json.dumps([[[t.get_text() for t in f.axes[0].texts], [*map(math.isfinite, f.axes[0].get_xlim())]] for f in figures]))`,
          ...files,
        )
        expect(texts).toContain('∞  worse')
        expect(turned).toContain('0.000  better')
        expect(widths).toEqual([true, true])
      })
    })

    test('what ran in the lab shares no axis with what ran on a machine', () => {
      const file = put('places.json', documentAt('host', 'lab'))
      const script = `
import json, sys
sys.path.insert(0, sys.argv[1])
import xrbench_plots as x
cases, _ = x.load([x.Path(sys.argv[2])])
for case in cases[:]:
    for change in ({"workload": "stream"}, {"size": 2 * case.size}):
        cases.append(x.Case(**{**vars(case), **change}))
print(json.dumps({name: [title for axis in figure.axes if (title := axis.get_title(loc="left"))]
                  for name, figure in x.pictures(cases, [])}))`
      const run = spawnSync(python ?? '', ['-c', script, NOTEBOOKS, file], { encoding: 'utf8' })
      expect(run.stderr).toBe('')
      const titles: Record<string, string[]> = JSON.parse(run.stdout)
      expect(Object.keys(titles)).toEqual(
        expect.arrayContaining(['percentiles', 'repetitions', 'throughput', 'sizes', 'cpu']),
      )
      for (const own of Object.values(titles)) {
        const inLab = own.filter((title) => title.includes('in the lab'))
        expect(inLab).toHaveLength(own.length / 2)
      }
    })

    test.each([
      ['cut short', JSON.stringify(doc).slice(0, 999), /is cut short: its JSON does not end/],
      ['of another tool', '{"schema":"other"}', /is not a result of xrbench/],
      ['without its cases', '{"schema":"xrbench.result/1"}', /is not valid at/],
      ['that is half a comparison', '{"schema":"xrbench.compare/1"}', /is not valid at across/],
      [
        'with a broken histogram',
        JSON.stringify(doc).replaceAll('HISTFAA', 'HISTFBB'),
        /contradicts itself: .* a histogram cannot be read/,
      ],
      [
        'edited by hand',
        JSON.stringify(doc).replace(/"p50":\d+/, '"p50":1'),
        /contradicts itself: .* p50 is said to be 1 ns/,
      ],
    ])('a file %s is refused in one sentence, and nothing is drawn', async (_, text, says) => {
      writeFileSync(join(folder, 'bad.json'), text)
      const files = [put('good.json', doc), join(folder, 'bad.json')]
      const { code, stdout, stderr } = await runCli([
        'plot',
        ...files,
        '-o',
        join(folder, 'nothing'),
      ])
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
      expect(stderr).toMatch(says)
      expect(stderr.match(/^error: /gm)).toHaveLength(1)
      expect(readdirSync(folder)).not.toContain('nothing')
    })

    test.each([
      ['cut short', JSON.stringify(doc).slice(0, 999), /is cut short, or not JSON\.$/m],
      ['of another tool', '{"schema":"other"}', /neither a result of xrbench nor a comparison/],
      ['without its cases', '{"schema":"xrbench.result/1"}', /is not complete/],
      ['that is half a comparison', '{"schema":"xrbench.compare/1"}', /is not complete/],
      [
        'with a broken histogram',
        JSON.stringify(doc).replaceAll('HISTFAA', 'HISTFBB'),
        /a histogram cannot be read/,
      ],
    ])('the script by itself refuses a file %s', (_, text, says) => {
      writeFileSync(join(folder, 'bad.json'), text)
      const script = join(NOTEBOOKS, 'xrbench_plots.py')
      const run = spawnSync(python ?? '', [script, join(folder, 'bad.json')], { encoding: 'utf8' })
      expect({ code: run.status, stdout: run.stdout }).toEqual({ code: 2, stdout: '' })
      expect(run.stderr).toMatch(says)
      expect(run.stderr.trimEnd().split('\n')).toHaveLength(1)
    })

    const missing = ['nbconvert', 'ipykernel'].filter((module) => !has(python ?? 'false', module))
    const skipReason =
      python === undefined
        ? NO_MATPLOTLIB
        : `${missing.join(' and ')} missing (apt-get install ${missing.map((name) => `python3-${name}`).join(' ')})`
    test.skipIf(missing.length > 0)(
      'the notebook runs from its first cell to its last',
      { meta: { skipReason } },
      () => {
        const args = ['-m', 'nbconvert', '--to', 'html', '--execute', '--output-dir', folder]
        const run = spawnSync(python ?? '', [...args, join(NOTEBOOKS, 'xrbench_plots.ipynb')], {
          encoding: 'utf8',
        })
        expect(run.status, run.stderr).toBe(0)
        expect(readFileSync(join(folder, 'xrbench_plots.html'), 'utf8')).toContain('data:image/png')
      },
    )
  },
)
