import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { root } from './paths.mjs'
import { SetupError } from './report.mjs'

/** In dist/: what a report carries with it, and what draws pictures without a browser. */
export const CHARTS = 'report/charts.bundle.js'
const LICENCES = 'report/charts.licences.txt'

/** What is in the bundle beside xrbench's own code, with the files that have to go with it. */
const PARTS = [
  ['echarts', ['LICENSE', 'NOTICE', 'licenses/LICENSE-d3']],
  ['zrender', ['LICENSE']],
  ['tslib', ['LICENSE.txt']],
]

/** Makes one file of the charts and of the parts of Apache ECharts that they use. `folder`: what tsc wrote. */
export async function bundleCharts(folder) {
  // Loaded when npm's packages are there.
  const { build } = await import('rolldown')
  const bundled = build({
    input: `${folder}/report/drawing/bundle.js`,
    cwd: root,
    platform: 'browser',
    // ECharts asks for it in its messages for developers.
    transform: { define: { 'process.env.NODE_ENV': '"production"' } },
    output: { file: `${folder}/${CHARTS}`, format: 'esm', minify: true, banner: banner() },
    logLevel: 'silent',
  })
  await bundled.catch((error) => {
    const sentence = `the charts could not be bundled: ${error.message.split('\n')[0]}`
    throw new SetupError('XRB_BUILD_FAILED', sentence, 'rm -rf node_modules && npm run setup', 1)
  })
  writeFileSync(`${folder}/${LICENCES}`, licences())
}

function banner() {
  const version = (name) => JSON.parse(read(name, 'package.json')).version
  const notice = read('echarts', 'NOTICE').trim().replaceAll('\n', '\n * ')
  return [
    `/*! Apache ECharts ${version('echarts')}, Apache License 2.0, https://www.apache.org/licenses/LICENSE-2.0`,
    ` * ${notice}`,
    ` * With zrender ${version('zrender')} (BSD-3-Clause, Copyright (c) 2017, Baidu Inc.) and tslib (0BSD, Copyright (c) Microsoft Corporation). */`,
  ].join('\n')
}

function licences() {
  const texts = PARTS.flatMap(([name, files]) =>
    files.map((file) => `${name}: ${file}\n\n${read(name, file).trim()}\n`),
  )
  return texts.join(`\n${'-'.repeat(80)}\n\n`)
}

function read(name, file) {
  return readFileSync(`${folderOf(name)}/${file}`, 'utf8')
}

/** Where npm put it: beside ECharts or within. */
function folderOf(name) {
  const within = `${root}/node_modules/echarts/node_modules/${name}`
  return existsSync(within) ? within : `${root}/node_modules/${name}`
}
