import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname } from 'node:path'
import { cleanEnvironment } from './npm.mjs'
import { buildDir, root } from './paths.mjs'
import { RDMA_HEADERS } from './rdma-packages.mjs'
import { timed } from './report.mjs'
import { buildFailed, runLogged } from './run-logged.mjs'
import { SECURE_HEADERS } from './secure-packages.mjs'
import { digest, isFresh, markFresh } from './stamp.mjs'
import { installForBuild, installForRdmaBuild, installForSecureBuild } from './system-packages.mjs'

const ADDON = 'build/Release/xrbench.node'
const NATIVE_TESTS = 'build/Release/xrbench_native_test'

export function buildAddon() {
  return buildNative('addon', ADDON, [])
}

/** The C++ tests are a program of their own, beside the addon and from the same sources. */
export function buildNativeTests() {
  return buildNative('native-tests', NATIVE_TESTS, ['--build_tests=1'])
}

async function buildNative(name, output, variables) {
  const isBuilt = () => isFresh(name, inputsNow(), [output])
  if (!isBuilt()) await installForBuild()
  // Headers that come now are an input that was not there a moment ago.
  await installForRdmaBuild()
  await installForSecureBuild()
  if (isBuilt()) return false
  await installForBuild()
  const inputs = inputsNow()
  await timed(`building ${output}`, async () => {
    const run = await nodeGyp(name, root, variables)
    if (run.code !== 0) throw buildFailed('C++', run)
  })
  markFresh(name, inputs)
  return true
}

function inputsNow() {
  return digest(['binding.gyp', 'native', 'node_modules/node-addon-api/package.json'], facts())
}

/** Runs node-gyp in `folder`, which holds a binding.gyp; its output goes to `folder`/build. Without `targets` everything is built. */
export function nodeGyp(logName, folder, variables, { targets = [], environment = {} } = {}) {
  const args = [
    `${root}/node_modules/node-gyp/bin/node-gyp.js`,
    'configure',
    'build',
    ...targets,
    `--jobs=${availableParallelism()}`,
    `--nodedir=${assembleNodeDir()}`,
    '--release',
    ...variables,
  ]
  const env = { ...cleanEnvironment(), ...environment }
  // binding.gyp asks `node` where its packages are: it has to be this one.
  env.PATH = `${dirname(process.execPath)}:${env.PATH ?? ''}`
  return runLogged(logName, process.execPath, args, { cwd: folder, env })
}

/** Node-API headers from npm, arranged as node-gyp knows them. No header of one Node.js is used. */
function assembleNodeDir() {
  const nodeDir = `${buildDir}/node-dir`
  const include = `${nodeDir}/include/node`
  mkdirSync(include, { recursive: true })
  cpSync(`${root}/node_modules/node-api-headers/include`, include, {
    recursive: true,
    preserveTimestamps: true,
  })
  for (const file of ['common.gypi', 'config.gypi']) {
    copyFileSync(`${root}/native/node-api/${file}`, `${include}/${file}`)
  }
  return nodeDir
}

function facts() {
  const { CXX = '', CXXFLAGS = '', LDFLAGS = '' } = process.env
  // The version is compiled in.
  const { version } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'))
  // RDMA, TLS and QUIC are built where their headers are.
  const headers = [...Object.values(RDMA_HEADERS), ...Object.values(SECURE_HEADERS)].map((file) =>
    String(existsSync(file)),
  )
  return [process.arch, CXX, CXXFLAGS, LDFLAGS, version, ...headers]
}
