// Who may use whom: the rooms of src/ and native/ and the direction between them.
// Biome finds cycles; this finds a step in the wrong direction, which is how a cycle begins.
import { readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { root } from './setup/paths.mjs'

/** Each room and the rooms it may use. What lies directly in src/ (errors, units) serves all. */
const SRC_ROOMS = {
  cli: [
    'plan',
    'place',
    'session',
    'transports',
    'quic-perf',
    'environment',
    'results',
    'compare',
    'report',
    'rdma',
    'lab',
    'addon',
  ],
  plan: [],
  place: ['session', 'rdma', 'lab'],
  session: ['plan', 'transports', 'environment', 'results', 'addon'],
  transports: ['rdma', 'addon'],
  'quic-perf': ['plan', 'environment', 'results', 'addon'],
  rdma: ['lab', 'addon'],
  environment: ['results', 'addon'],
  lab: [],
  results: [],
  compare: ['results'],
  report: ['results', 'compare'],
  addon: [],
}

/** Files that say what things are called and how large they may be, and do nothing: for every room. */
const VOCABULARY = [
  'src/addon/addon.ts',
  'src/addon/perf.ts',
  'src/plan/case.ts',
  'src/plan/limits.ts',
  'src/plan/lossy.ts',
  'src/plan/rdma-words.ts',
  'src/plan/secure-words.ts',
  'src/session/types.ts',
]

/** What the transports over sockets, and those with TLS, have in common; themselves no transports. */
const SHARED_BY_TRANSPORTS = ['socket', 'gnutls']

const NATIVE_ROOMS = {
  binding: ['transport', 'workload', 'measure', 'base'],
  transport: ['workload', 'measure', 'base'],
  workload: ['measure', 'base'],
  measure: ['base'],
  base: [],
}

const problems = [
  ...sources('src', /\.ts$/).flatMap(checkTypeScript),
  ...sources('native', /\.(h|cc)$/).flatMap(checkNative),
]
for (const problem of problems) process.stdout.write(`${problem}\n`)
if (problems.length > 0) process.exitCode = 1

function checkTypeScript(file) {
  if (isTest(file)) return []
  const room = roomOf(file, 'src')
  return importsOf(file).flatMap((path) => {
    const target = posix.join(posix.dirname(file), path).replace(/\.js$/, '.ts')
    const other = roomOf(target, 'src')
    if (other === undefined || other === room) return []
    if (VOCABULARY.includes(target)) return []
    if (room !== undefined && SRC_ROOMS[room] === undefined)
      return [`${file}: no such room: ${room}`]
    if (room !== undefined && SRC_ROOMS[room].includes(other)) return []
    return [`${file}: ${room ?? 'src'} must not use ${other} (${path})`]
  })
}

/** A test may look across: it proves that rooms fit together. */
function isTest(file) {
  return /\.test\.ts$|_test\.cc$|\/fixtures\//.test(file)
}

function importsOf(file) {
  const text = readFileSync(`${root}/${file}`, 'utf8')
  const statements = text.matchAll(/^(?:import|export)\s[^'"]*?from\s+'(\.[^']+)'/gms)
  const dynamic = text.matchAll(/\bimport\('(\.[^']+)'\)/g)
  return [...statements, ...dynamic].map(([, path]) => path)
}

function checkNative(file) {
  const room = roomOf(file, 'native')
  const text = readFileSync(`${root}/${file}`, 'utf8')
  return [...text.matchAll(/^\s*#\s*include\s+[<"]([^>"]+)[>"]/gm)].flatMap(([, header]) => {
    if (/(^|\/)(napi|node_api|js_native_api)\.h$/.test(header)) {
      return room === 'binding' ? [] : [`${file}: only native/binding includes ${header}`]
    }
    const other = roomOf(`native/${header}`, 'native')
    if (isTest(file)) return []
    if (NATIVE_ROOMS[other] === undefined) return []
    if (other === room)
      return crossesTransports(file, header)
        ? [`${file}: one transport uses another (${header})`]
        : []
    // A test program of the whole lies outside the rooms and may use them all.
    if (NATIVE_ROOMS[room] === undefined || NATIVE_ROOMS[room].includes(other)) return []
    return [`${file}: ${room} must not use ${other} (${header})`]
  })
}

/** transport/tcp/… and transport/udp/… share by way of transport/ and transport/socket/ only. */
function crossesTransports(file, header) {
  const [own, other] = [transportOf(file.replace(/^native\//, '')), transportOf(header)]
  if (other === undefined || SHARED_BY_TRANSPORTS.includes(other)) return false
  return own !== undefined && own !== other
}

function transportOf(path) {
  const parts = path.split('/')
  return parts[0] === 'transport' && parts.length > 2 ? parts[1] : undefined
}

/** `src/cli/main.ts` → `cli`; `src/errors.ts` → undefined. */
function roomOf(path, base) {
  const parts = path.split('/')
  return parts[0] === base && parts.length > 2 ? parts[1] : undefined
}

function sources(folder, pattern) {
  return readdirSync(`${root}/${folder}`, { recursive: true })
    .filter((name) => pattern.test(name))
    .map((name) => `${folder}/${name}`)
    .sort()
}
