import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { documentOf, mixedCases } from '../../results/fixtures/documents.js'
import { virtualMachine } from '../../results/fixtures/environments.js'
import type { ResultDocument } from '../../results/schema/schema.js'
import { Chromium, findChromium } from '../fixtures/chromium.js'
import { runCli } from '../fixtures/spawn-cli.js'
import { hasFonts } from './png.js'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'xrbench-report-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function put(name: string, doc: unknown): string {
  writeFileSync(join(folder, name), typeof doc === 'string' ? doc : JSON.stringify(doc))
  return join(folder, name)
}

const path = (name: string) => join(folder, name)

/** Ends a data block, an attribute, an element and a script, and runs where markup is taken from it. */
const HOSTILE =
  '</script><script>alert(1)</script><img src=x onerror=alert(2)>"\'><svg/onload=alert(3)>{a|b}'

/** As much text of a result as anyone can choose, of a kind that would run. */
function hostile(): ResultDocument {
  const doc = documentOf(mixedCases())
  doc.label = HOSTILE
  doc.command = ['xrbench', HOSTILE]
  doc.tool.version = HOSTILE
  doc.environment.client.hostname = HOSTILE
  doc.environment.client.kernel.release = HOSTILE
  for (const one of doc.cases) one.key += `/${HOSTILE}`
  const [first] = doc.cases
  if (first !== undefined) {
    first.status = 'skipped'
    first.skipped = { code: 'XRB_TEST', message: HOSTILE, hint: null }
  }
  return doc
}

describe('xrbench report', () => {
  test('writes one page and names it', async () => {
    const { code, stdout, stderr } = await runCli([
      'report',
      put('a.json', documentOf(mixedCases())),
      '-o',
      path('a.html'),
    ])
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: `${path('a.html')}\n`, stderr: '' })
    const page = readFileSync(path('a.html'), 'utf8')
    expect(page).toMatch(/^<!doctype html>/)
    expect(page).toContain("default-src 'none'")
    expect(page).not.toMatch(/(src|href)="(?!data:|#)/)
  })

  test('draws every chart as SVG, and no page unless asked', async () => {
    const file = put('p.json', documentOf(mixedCases()))
    const { code, stdout } = await runCli(['report', file, '--svg', 'svg'], { cwd: folder })
    expect(code).toBe(0)
    const names = readdirSync(path('svg'))
    expect(names.length).toBeGreaterThan(3)
    expect(stdout.trim().split('\n').sort()).toEqual(names.map((name) => join('svg', name)).sort())
    for (const name of names) {
      expect(readFileSync(join(folder, 'svg', name), 'utf8')).toMatch(/^<svg /)
    }
    expect(readdirSync(folder)).not.toContain('report.html')
  })

  test.skipIf(!hasFonts())(
    'draws every chart as PNG',
    { meta: { skipReason: 'no fonts here (apt-get install fonts-dejavu-core)' } },
    async () => {
      const file = put('p.json', documentOf(mixedCases()))
      const { code, stderr } = await runCli(['report', file, '--png', path('png')])
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      for (const name of readdirSync(path('png'))) {
        expect(
          readFileSync(join(folder, 'png', name))
            .subarray(1, 4)
            .toString(),
        ).toBe('PNG')
      }
    },
  )

  test('--png without its package says what to install, and writes nothing', async () => {
    // Nobody can be without it here but by a hook that does not find it.
    const hook =
      'export const resolve = (name, context, next) => { if (name.startsWith("@resvg/")) throw new Error("gone"); return next(name, context) }'
    const register = `import { register } from 'node:module'; register(${JSON.stringify(dataUrl(hook))})`
    const { code, stdout, stderr } = await runCli(
      ['report', put('p.json', documentOf(mixedCases())), '--png', path('no-png')],
      { env: { NODE_OPTIONS: `--import ${dataUrl(register)}` } },
    )
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
    expect(stderr).toBe(
      'error: --png needs the package @resvg/resvg-js, which is not installed. [XRB_NO_PNG]\nhint: npm install @resvg/resvg-js, or --svg instead\n',
    )
    expect(readdirSync(folder)).not.toContain('no-png')
  })

  test.each([
    ['is not there', () => path('nowhere.json'), /nowhere\.json does not exist/],
    ['is cut short', () => put('cut.json', '{"schema": "xrb'), /cut\.json is cut short/],
    [
      'is something else',
      () => put('else.json', { a: 1 }),
      /else\.json is not a result of xrbench/,
    ],
    [
      'is newer',
      () => put('new.json', { schema: 'xrbench.result/9' }),
      /format xrbench\.result\/9.*\nhint: read it with the newer xrbench/,
    ],
    ['contradicts itself', () => put('edited.json', edited()), /edited\.json contradicts itself/],
  ])('refuses a file that %s, and writes nothing', async (_, file, sentence) => {
    const good = put('good.json', documentOf(mixedCases()))
    const { code, stdout, stderr } = await runCli(['report', good, file(), '-o', path('none.html')])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(sentence)
    expect(readdirSync(folder)).not.toContain('none.html')
  })

  test('of xrbench ab compares its two configurations', async () => {
    const doc = documentOf(mixedCases())
    const [a, b] = doc.cases
    if (a === undefined || b === undefined) throw new Error('the fixture has two cases')
    const cases = [
      { ...a, variant: 'a' as const },
      { ...b, variant: 'b' as const },
    ]
    const variants = { a: ['-t', 'tcp'], b: ['-t', 'udp'] }
    const file = put('ab.json', { ...doc, cases, variants })
    const { code, stderr } = await runCli(['report', file, '--svg', path('ab')])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const chart = readFileSync(join(path('ab'), 'comparison-1.svg'), 'utf8')
    expect(chart).toContain('A: tcp/')
    expect(readFileSync(join(path('ab'), 'host-transports.svg'), 'utf8')).toContain('B: UDP')
  })

  test('says what cannot be compared, and shows the rest', async () => {
    const guest = { client: virtualMachine('left'), server: virtualMachine('right') }
    const { code } = await runCli([
      'report',
      put('x.json', documentOf(mixedCases())),
      put('y.json', documentOf(mixedCases(), 3, guest)),
      '-o',
      path('xy.html'),
    ])
    expect(code).toBe(0)
    expect(readFileSync(path('xy.html'), 'utf8')).toContain('y answers another question than x')
  })
})

function dataUrl(module: string): string {
  return `data:text/javascript,${encodeURIComponent(module)}`
}

function edited(): ResultDocument {
  const doc = documentOf(mixedCases())
  const latency = doc.cases[0]?.repetitions[0]?.latency
  if (latency) latency.count += 1
  return doc
}

const NO_CHROMIUM = 'Chromium is missing (apt-get install chromium)'
describe.skipIf(findChromium() === undefined)(
  'the page in a browser without a network',
  { meta: { skipReason: NO_CHROMIUM } },
  () => {
    const chromium = findChromium() ?? ''

    async function open(name: string, docs: ResultDocument[], width?: number): Promise<Chromium> {
      const files = docs.map((doc, i) => put(`${name}-${i}.json`, doc))
      const { code, stderr } = await runCli(['report', ...files, '-o', path(`${name}.html`)])
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      const browser = await Chromium.open(chromium, `file://${path(`${name}.html`)}`, width)
      await browser.drawAll()
      return browser
    }

    test('draws every chart, asks for nothing, and has nothing to complain about', async () => {
      const browser = await open('quiet', [documentOf(mixedCases()), documentOf(mixedCases())])
      try {
        const [charts, drawn] = await browser.evaluate<[number, number]>(
          '[document.querySelectorAll(".chart").length, document.querySelectorAll(".chart svg").length]',
        )
        expect(charts).toBeGreaterThan(5)
        expect(drawn).toBe(charts)
        expect(browser.misdeeds).toEqual({ requests: [], console: [], dialogs: [] })
      } finally {
        await browser.close()
      }
    })

    test('fits a phone: nothing is wider than the screen', async () => {
      const browser = await open('phone', [documentOf(mixedCases())], 390)
      try {
        expect(await browser.evaluate('document.documentElement.scrollWidth')).toBe(390)
      } finally {
        await browser.close()
      }
    })

    test('never runs what a result contains', async () => {
      const browser = await open('hostile', [hostile(), hostile()])
      try {
        expect(browser.misdeeds).toEqual({ requests: [], console: [], dialogs: [] })
        const scripts = 'document.querySelectorAll("script").length'
        const strange = 'document.querySelectorAll("img, [onload], [onerror]").length'
        expect(await browser.evaluate(`[${scripts}, ${strange}]`)).toEqual([2, 0])
        // It is shown as what it is: text.
        expect(await browser.evaluate('document.body.innerText')).toContain(
          '<script>alert(1)</script>',
        )
      } finally {
        await browser.close()
      }
    })

    test('prints with every chart drawn', async () => {
      const browser = await open('print', [documentOf(mixedCases())])
      try {
        expect((await browser.pdf()).subarray(0, 4).toString()).toBe('%PDF')
        expect(browser.misdeeds.console).toEqual([])
      } finally {
        await browser.close()
      }
    })
  },
)
