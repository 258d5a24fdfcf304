import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { root } from './setup/paths.mjs'

const GUIDES = ['CONTRIBUTING.md', 'docs/architecture.md', 'docs/adding.md']
const PAGES = [
  ...['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'bench/README.md', 'results/README.md'],
  ...readdirSync(`${root}/docs`).map((name) => `docs/${name}`),
]
const read = (page) => readFileSync(`${root}/${page}`, 'utf8')
/** Written out, with `{a,b}` for several. */
const namesIn = (text) =>
  [...text.matchAll(/`((?:src|native|bench|scripts|docs|results|notebooks|\.ci)\/[^`\s]*)`/g)]
    .map(([, name]) => name)
    .filter((name) => !/[*<>…A-Z]{2}|[*<>…]/.test(name))

describe('what is written for the next person', () => {
  test.each(PAGES)('%s names files and pages that are there', (page) => {
    const text = read(page)
    const named = namesIn(text).filter((name) => !existsSync(`${root}/${name}`))
    expect(named).toEqual([])
    const links = [...text.matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)].map(([, link]) => link)
    expect(links.filter((link) => !existsSync(join(root, dirname(page), link)))).toEqual([])
  })

  test('the rooms in the text are those of the tree', () => {
    const text = read('docs/architecture.md')
    const parts = readdirSync(`${root}/src`, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== 'fixtures')
      .map(({ name }) => `src/${name}/`)
    const natives = readdirSync(`${root}/native`, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !['test', 'node-api'].includes(entry.name))
      .map(({ name }) => `native/${name}/`)
    expect([...parts, ...natives].filter((room) => !text.includes(`\`${room}`))).toEqual([])
  })

  test('the page for programs names each event of a run', () => {
    const types = ['events', 'repetitions'].flatMap((name) =>
      [...read(`src/run/${name}.ts`).matchAll(/^ {2}\| \{ type: '([a-z-]+)'/gm)].map(
        ([, type]) => type,
      ),
    )
    expect(types.length).toBeGreaterThan(10)
    const text = read('docs/library.md')
    expect(types.filter((type) => !text.includes(`\`${type}\``))).toEqual([])
  })

  test('is short enough to be read', () => {
    const lines = (page) => read(page).split('\n').length - 1
    expect(lines('README.md')).toBeLessThanOrEqual(200)
    expect(GUIDES.map(lines).reduce((sum, one) => sum + one)).toBeLessThanOrEqual(400)
  })
})
