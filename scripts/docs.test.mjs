import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { TRANSPORT_NAMES } from '../src/plan/transports.ts'
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

/** Files that name the model of an option, and that an option does not touch. */
const NOT_TOUCHED = {
  'docs/adding.md': 'the guide itself',
  'scripts/docs.test.mjs': 'this test of it',
  'src/cli/coming-from/iperf3.ts': 'the flag of another tool that has the name',
  'docs/coming-from.md': 'the flag of another tool that has the name',
}

/** Of what is written by hand: golden files are results, and never edited. */
function filesNaming(words) {
  return ['src', 'native', 'bench', 'scripts', 'docs']
    .flatMap((folder) => readdirSync(`${root}/${folder}`, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(root, join(parentPath, name)))
    .filter((file) => !/\/golden\/|\/node_modules\//.test(file) && words.test(read(file)))
}

describe('what is written for the next person', () => {
  test.each(PAGES)('%s names files and pages that are there', (page) => {
    const text = read(page)
    const named = namesIn(text).filter((name) => !existsSync(`${root}/${name}`))
    expect(named).toEqual([])
    const links = [...text.matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)].map(([, link]) => link)
    expect(links.filter((link) => !existsSync(join(root, dirname(page), link)))).toEqual([])
  })

  test('the README shows two machines in its first third', () => {
    const lines = read('README.md').split('\n')
    const third = lines.slice(0, Math.floor(lines.length / 3)).join('\n')
    for (const part of ['xrbench keygen', 'xrbench serve --listen', 'xrbench run --peer'])
      expect(third).toContain(part)
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

  test('the files that an option touches are those that name the model', () => {
    const text = read('docs/adding.md')
    const listed = namesIn(text.slice(text.indexOf('## An option'), text.indexOf('## A chart')))
    const naming = filesNaming(/mptcp|multipath/i)
    const isTest = (file) => /(\.test\.ts|_test\.cc)$/.test(file)
    const told = [...listed, ...Object.keys(NOT_TOUCHED)]
    expect(naming.filter((file) => !isTest(file) && !told.includes(file))).toEqual([])
    expect(Object.keys(NOT_TOUCHED).filter((file) => !naming.includes(file))).toEqual([])
    // And its test is there.
    expect(naming).toEqual(expect.arrayContaining(listed.filter(isTest)))
  })

  test('no transport, and no count of its buffers, names a workload over messages', () => {
    const under = (folder) =>
      readdirSync(`${root}/${folder}`, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && !/[._]test\.(cc|ts)$/.test(entry.name))
        .map(({ parentPath, name }) => `${parentPath}/${name}`.slice(root.length + 1))
    const transports = under('native/transport').filter((file) => file.split('/').length > 3)
    const buffers = under('src/session/agent').filter((file) => file.endsWith('buffers.ts'))
    expect(transports.length).toBeGreaterThan(100)
    expect(buffers.length).toBeGreaterThan(3)
    const knowing = [...transports, ...buffers].filter((file) => /\bkRr\b|'rr'/.test(read(file)))
    expect(knowing).toEqual([])
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

  test('every transport is named in the first lines of README.md and in package.json', () => {
    const WORDS = { unix: 'AF_UNIX', shm: 'shared memory' }
    const named = TRANSPORT_NAMES.map((name) => WORDS[name] ?? name.split(':')[0].toUpperCase())
    const [, about] = read('README.md').split('\n\n')
    const { description } = JSON.parse(read('package.json'))
    for (const text of [about, description])
      expect(named.filter((name) => !text.includes(name))).toEqual([])
  })

  test('is short enough to be read', () => {
    const lines = (page) => read(page).split('\n').length - 1
    expect(lines('README.md')).toBeLessThanOrEqual(200)
    expect(GUIDES.map(lines).reduce((sum, one) => sum + one)).toBeLessThanOrEqual(400)
  })
})

describe('the steps that add a transport', () => {
  // What the model is called by: in quotes, as a member, by its options, or by its folder.
  const MODEL = /['"`]unix['"`]|^\s*unix:|\bUnix(Options|Endpoint)\b|\bkUnix\b|\btransport\/unix\//m
  /** Where it is named for what it has and another has not. */
  const ITS_OWN = {
    'native/transport/socket/unix_strangers_test.cc': 'who may connect to a socket of AF_UNIX',
    'scripts/docs.test.mjs': 'this test',
    'docs/two-machines.md': 'which sockets of AF_UNIX a confined process has',
    'src/addon/words.test.ts': 'its own option, --unix-type',
    'src/options/options.test.ts': 'an example of a transport that an option is not for',
    'src/options/uses.ts': 'its own option, --unix-type',
    'src/plan/build.ts': 'its own option, --unix-type',
    'src/plan/plan.test.ts': 'its own option, --unix-type',
    'src/report/terminal/layers.test.ts': 'an example of a layer without a network',
    'src/run/unmeasured.test.ts': 'an example of a transport without connect',
    'src/run/within-machine.test.ts': 'an example of a transport within one machine',
    'src/session/agent/admission.test.ts': 'an example of a transport within one machine',
    'src/session/confinement.test.ts': 'which sockets of AF_UNIX a confined process has',
    'src/session/endpoint/main.ts': 'which sockets of AF_UNIX a confined process has',
  }
  const found = ['src', 'native', 'bench', 'scripts', 'docs']
    .flatMap((folder) =>
      readdirSync(`${root}/${folder}`, { recursive: true }).map((name) => `${folder}/${name}`),
    )
    .concat('binding.gyp')
    .filter((file) => /\.(ts|mjs|h|cc|md|gyp)$/.test(file) && MODEL.test(read(file)))
    .filter((file) => !file.startsWith('native/transport/unix/'))
  const [, guide] = read('docs/adding.md').split(/^## /m)
  const listed = [...guide.matchAll(/`([^`\s]+)`/g)].map(([, name]) => name)

  test('name every file in which the model is named', () => {
    expect(guide).toMatch(/^A transport\n/)
    expect(found.length).toBeGreaterThan(20)
    const missing = found.filter(
      (file) => !listed.includes(file) && file !== 'docs/adding.md' && ITS_OWN[file] === undefined,
    )
    expect(missing).toEqual([])
  })

  test('have no exception that is none', () => {
    expect(Object.keys(ITS_OWN).filter((file) => !found.includes(file))).toEqual([])
  })
})
