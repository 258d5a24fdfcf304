// What is shipped, or installed with what is shipped, has to be free to be passed on with it.
import { readFileSync } from 'node:fs'
import { root } from './setup/paths.mjs'

const ALLOWED = [
  'MIT',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'Apache-2.0',
  'Zlib',
  'BlueOak-1.0.0',
  // Installed beside it as it is: whoever changes its files passes those on with their source.
  'MPL-2.0',
]

const lock = JSON.parse(readFileSync(`${root}/package-lock.json`, 'utf8'))
// Compiled into the binary or bundled into the charts, and so shipped, although npm calls them tools.
const compiledIn = [
  'node_modules/node-addon-api',
  'node_modules/node-api-headers',
  'node_modules/echarts',
  'node_modules/zrender',
  'node_modules/echarts/node_modules/tslib',
  'node_modules/zrender/node_modules/tslib',
]

for (const [path, entry] of Object.entries(lock.packages)) {
  if (path === '' || (entry.dev && !compiledIn.includes(path))) continue
  // The lockfile has it too, of packages that do not fit this machine.
  const { license } = entry.license
    ? entry
    : JSON.parse(readFileSync(`${root}/${path}/package.json`, 'utf8'))
  if (isAllowed(license)) continue
  process.stdout.write(`${path}: the licence ${license ?? '(none)'} is not on the list\n`)
  process.exitCode = 1
}

/** SPDX, as far as it is met with: `(A AND B)`, `A OR B`. */
function isAllowed(expression) {
  if (typeof expression !== 'string') return false
  const plain = expression.replace(/[()]/g, '')
  return plain
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((id) => ALLOWED.includes(id.trim())))
}
