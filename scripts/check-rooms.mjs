// Who may use whom: the rooms of src/ and native/ and the direction between them.
// A step in the wrong direction is how a circle begins; circles of files are found as well, of types alone too.
// Another tree than this one can be named, for the test of this check.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { importsIn, startedIn, unfollowedIn } from './rooms/imports.mjs'
import { root as checkout } from './setup/paths.mjs'

const root = process.argv[2] ?? checkout

/**
 * Each room and the rooms it may use: a room's name stands for all in it, `room/part` for that part alone.
 * A room that is listed by its parts has nothing beside them. What lies directly in src/ (errors, units, deadlines) serves all.
 */
const SRC_ROOMS = {
  // What the package shows to programs, src/index.ts: a room of one file.
  index: [
    'library',
    'doctor',
    'run',
    'plan',
    'session/agent',
    'session/endpoint',
    'results',
    'compare',
    'addon',
  ],
  cli: ['cli'],
  'cli/run': [
    'cli/flags',
    'cli/files',
    'cli/terminal',
    'run',
    'plan',
    'session/wire',
    'results',
    'report',
    'options',
  ],
  'cli/ab': [
    'cli/run',
    'cli/flags',
    'cli/terminal',
    'run',
    'results',
    'compare',
    'report',
    'options',
  ],
  'cli/serve': [
    'cli/flags',
    'cli/terminal',
    'serve',
    'plan',
    'place',
    'session',
    'addon',
    'options',
  ],
  'cli/keygen': ['cli/terminal', 'cli/flags', 'session/wire'],
  'cli/ping': ['cli/terminal', 'cli/flags', 'run'],
  'cli/quic-perf': [
    'cli/flags',
    'cli/terminal',
    'run',
    'plan',
    'place',
    'session/wire',
    'quic-perf',
    'environment',
    'results',
    'report',
    'options',
    'addon/face',
  ],
  'cli/compare': ['cli/flags', 'cli/files', 'cli/terminal', 'results', 'compare', 'report'],
  'cli/report': ['cli/flags', 'cli/files', 'cli/terminal', 'results', 'compare', 'report'],
  'cli/export': ['cli/flags', 'cli/files', 'cli/terminal', 'results', 'compare', 'report'],
  'cli/plot': ['cli/flags', 'cli/files', 'cli/terminal', 'results', 'compare'],
  'cli/show': ['cli/flags', 'cli/files', 'cli/terminal', 'report'],
  'cli/validate': ['cli/flags', 'cli/files', 'cli/terminal', 'results', 'report'],
  'cli/doctor': ['cli/flags', 'cli/terminal', 'doctor'],
  'cli/lab': ['cli/flags', 'cli/terminal', 'lab', 'options'],
  'cli/coming-from': ['cli/terminal'],
  'cli/explain': [
    'cli/manual',
    'cli/flags',
    'cli/terminal',
    'report/terminal',
    'results/schema',
    'compare',
    'options',
  ],
  'cli/manual': ['cli/flags', 'cli/terminal', 'options', 'plan/transports'],
  'cli/files': ['cli/terminal', 'results', 'compare'],
  'cli/flags': ['plan', 'session/wire', 'lab', 'addon', 'options'],
  'cli/terminal': ['run', 'results', 'plan/case'],
  library: [
    'serve',
    'run',
    'plan',
    'session/agent',
    'session/wire',
    'results',
    'compare',
    'report',
    'lab',
    'addon',
    'options',
  ],
  serve: ['place', 'session', 'transports', 'environment', 'addon', 'options'],
  doctor: [
    'plan',
    'session/endpoint',
    'transports',
    'environment',
    'results',
    'rdma',
    'lab',
    'addon',
  ],
  run: ['plan', 'place', 'session', 'transports', 'results', 'lab', 'addon', 'options'],
  plan: ['plan', 'options', 'addon/face'],
  'plan/case': ['options', 'addon/face', 'plan/transports'],
  'plan/transports': [],
  place: ['session', 'rdma', 'lab', 'addon/face'],
  'session/agent': [
    'session/endpoint',
    'session/wire',
    'plan',
    'transports',
    'environment',
    'results',
    'addon',
    'options',
  ],
  'session/client': [
    'session/endpoint',
    'session/wire',
    'plan',
    'transports',
    'environment',
    'results',
    'addon',
  ],
  'session/driver': ['session/client', 'session/wire', 'plan', 'environment', 'results'],
  'session/endpoint': ['session/wire', 'plan', 'transports', 'environment', 'results', 'addon'],
  'session/wire': ['plan', 'transports', 'environment', 'results', 'addon', 'options'],
  transports: ['rdma', 'addon', 'plan/case'],
  'quic-perf': ['plan', 'environment', 'results', 'addon', 'options'],
  rdma: ['lab', 'addon'],
  environment: ['results', 'addon'],
  lab: ['options'],
  'results/store': ['results/schema', 'options', 'plan/transports'],
  'results/document': ['results/repetition', 'results/histogram', 'results/schema', 'plan/case'],
  'results/repetition': [
    'results/histogram',
    'results/schema',
    'addon/face',
    'plan/case',
    'plan/transports',
  ],
  'results/histogram': ['results/schema', 'addon/face'],
  'results/schema': ['options', 'plan/case', 'results/granted'],
  'results/granted': [],
  compare: ['results', 'plan/case', 'options'],
  'report/page': [
    'report/digest',
    'report/charts',
    'report/words',
    'results',
    'compare',
    'plan/case',
  ],
  'report/digest': [
    'report/charts',
    'report/words',
    'results',
    'compare',
    'plan/case',
    'plan/transports',
  ],
  'report/drawing': ['report/charts'],
  'report/charts': ['report/words', 'results', 'compare'],
  'report/terminal': ['report/words', 'results', 'compare'],
  'report/export': ['report/words', 'results', 'compare'],
  'report/words': ['results', 'compare'],
  addon: ['addon', 'options'],
  'addon/face': ['options', 'plan/transports', 'results/granted'],
  options: ['plan/transports'],
}

/** Rooms of single files, below the rest of their folder: what things are called and what they look like, for those who do nothing with them. */
const ROOMS_OF_FILES = {
  'addon/face': /^src\/addon\/(addon|effective|outcome|perf|rdma|secure)\.ts$/,
  'plan/case': /^src\/plan\/(case|circumstances|lossy)\.ts$/,
  'plan/transports': /^src\/plan\/transports\.ts$/,
  'results/granted': /^src\/results\/schema\/granted\.ts$/,
}

/** Processes that are started by the path of their program: messages cross between the two, no calls. Each room, and the rooms whose programs it starts. */
const STARTS = {
  place: ['cli', 'session/agent', 'session/driver'],
  'session/agent': ['session/endpoint'],
  'session/endpoint': ['session/endpoint'],
}

/** Files that import by a name that stands in no text, and what that is. */
const BUNDLES = {
  // Bundled with ECharts by the set-up, which the table of rooms knows as what it is made from.
  'src/cli/report/action.ts': 'src/report/drawing/bundle.ts',
}

/** What transports have in common, themselves none, and which of each other these may use. */
const SHARED_BY_TRANSPORTS = {
  wait: [],
  socket: ['wait'],
  datagram: ['socket', 'wait'],
  gnutls: ['socket', 'wait'],
  message: ['datagram', 'socket', 'wait'],
}

/** Of the rooms of one transport, the same. */
const ROOMS_OF_A_TRANSPORT = {
  'rdma/device': [],
  'rdma/connect': ['rdma/device'],
  'rdma/links': ['rdma/connect', 'rdma/device'],
}

const NATIVE_ROOMS = {
  binding: ['transport', 'workload', 'measure', 'confine', 'base'],
  transport: ['workload', 'measure', 'base'],
  workload: ['measure', 'base'],
  measure: ['base'],
  confine: ['base'],
  base: [],
}

const problems = [
  ...sources('src', /\.ts$/).flatMap(checkTypeScript),
  ...circlesOf(
    sources('src', /\.ts$/).filter((file) => !isTest(file)),
    targetsOf,
  ).map((circle) => `files in a circle: ${circle}`),
  // Else the table would allow what it is there to refuse.
  ...circlesOf(Object.keys(SRC_ROOMS), roomsUsedBy).map((circle) => `rooms in a circle: ${circle}`),
  ...sources('native', /\.(h|cc)$/).flatMap(checkNative),
]
for (const problem of problems) process.stdout.write(`${problem}\n`)
if (problems.length > 0) process.exitCode = 1

function checkTypeScript(file) {
  if (isTest(file)) return []
  return [...checkImports(file), ...checkStarts(file), ...checkUnfollowed(file)]
}

function checkImports(file) {
  const room = srcRoomOf(file)
  return importsOf(file).flatMap((path) => {
    const target = targetOf(file, path)
    if (isTest(target)) return [`${file}: what is shipped must not use ${target}`]
    const other = srcRoomOf(target)
    if (other === undefined || other === room) return []
    if (room !== undefined && SRC_ROOMS[room] === undefined)
      return [`${file}: no such room: ${room}`]
    const allowed = room === undefined ? [] : SRC_ROOMS[room]
    if (allowed.includes(other) || allowed.includes(other.split('/')[0])) return []
    return [`${file}: ${room ?? 'src'} must not use ${other} (${path})`]
  })
}

function checkStarts(file) {
  const room = srcRoomOf(file)
  return startedIn(read(file)).flatMap((program) => {
    const target = program.replace(/^dist\/(.*)\.js$/, 'src/$1.ts')
    if (!existsSync(`${root}/${target}`)) return [`${file}: there is no ${target} to start`]
    const other = srcRoomOf(target)
    const allowed = STARTS[room] ?? []
    if (allowed.includes(other) || allowed.includes(other?.split('/')[0])) return []
    return [`${file}: ${room ?? 'src'} must not start ${other} (${program})`]
  })
}

function checkUnfollowed(file) {
  if (file in BUNDLES) return []
  return unfollowedIn(read(file)).map((call) => `${file}: imports what stands in no text (${call})`)
}

/** Names of which each uses the next in a circle, each circle once (Tarjan's strongly connected components). */
function circlesOf(names, usedBy) {
  const circles = []
  const [found, lowest, open] = [new Map(), new Map(), []]
  const visit = (name) => {
    found.set(name, found.size)
    lowest.set(name, found.get(name))
    open.push(name)
    for (const target of usedBy(name)) {
      if (!names.includes(target)) continue
      if (!found.has(target)) {
        visit(target)
        lowest.set(name, Math.min(lowest.get(name), lowest.get(target)))
      } else if (open.includes(target)) {
        lowest.set(name, Math.min(lowest.get(name), found.get(target)))
      }
    }
    if (lowest.get(name) !== found.get(name)) return
    const circle = open.splice(open.indexOf(name))
    if (circle.length > 1) circles.push(circle.sort().join(', '))
  }
  for (const name of names) if (!found.has(name)) visit(name)
  return circles
}

function targetsOf(file) {
  return importsOf(file).map((path) => targetOf(file, path))
}

/** A name stands for all in it, but for the room itself. */
function roomsUsedBy(room) {
  const isUsed = (other) => SRC_ROOMS[room].some((name) => `${other}/`.startsWith(`${name}/`))
  return Object.keys(SRC_ROOMS).filter((other) => other !== room && isUsed(other))
}

function targetOf(file, path) {
  return posix.join(posix.dirname(file), path).replace(/\.js$/, '.ts')
}

/** A test may look across: it proves that rooms fit together. */
function isTest(file) {
  return /\.test\.ts$|_test\.cc$|\/fixtures\//.test(file)
}

function importsOf(file) {
  const bundle = BUNDLES[file]
  const more = bundle === undefined ? [] : [posix.relative(posix.dirname(file), bundle)]
  return [...importsIn(read(file)), ...more.map((path) => path.replace(/\.ts$/, '.js'))]
}

function read(file) {
  return readFileSync(`${root}/${file}`, 'utf8')
}

function checkNative(file) {
  const room = roomOf(file, 'native')
  return [...read(file).matchAll(/^\s*#\s*include\s+[<"]([^>"]+)[>"]/gm)].flatMap(([, header]) => {
    if (/(^|\/)(napi|node_api|js_native_api)\.h$/.test(header)) {
      return room === 'binding' ? [] : [`${file}: only native/binding includes ${header}`]
    }
    const other = roomOf(`native/${header}`, 'native')
    if (isTest(file)) return []
    if (NATIVE_ROOMS[other] === undefined) return []
    if (other === room) return withinTransports(file, header)
    // A test program of the whole lies outside the rooms and may use them all.
    if (NATIVE_ROOMS[room] === undefined || NATIVE_ROOMS[room].includes(other)) return []
    return [`${file}: ${room} must not use ${other} (${header})`]
  })
}

/** transport/tcp/… and transport/udp/… share by way of transport/ and of the rooms for that only. */
function withinTransports(file, header) {
  const path = file.replace(/^native\//, '')
  const [own, other] = [transportOf(path), transportOf(header)]
  if (own === undefined || other === undefined) return []
  if (own === other) return withinOneTransport(file, path, header)
  if (SHARED_BY_TRANSPORTS[other] === undefined)
    return [`${file}: one transport uses another (${header})`]
  const allowed = SHARED_BY_TRANSPORTS[own]
  if (allowed === undefined || allowed.includes(other)) return []
  return [`${file}: transport/${own} must not use transport/${other} (${header})`]
}

function withinOneTransport(file, path, header) {
  const [own, other] = [posix.dirname(path), posix.dirname(header)].map((folder) =>
    folder.replace(/^transport\//, ''),
  )
  if (own === other || ROOMS_OF_A_TRANSPORT[own] === undefined) return []
  if (ROOMS_OF_A_TRANSPORT[other] === undefined) return []
  if (ROOMS_OF_A_TRANSPORT[own].includes(other)) return []
  return [`${file}: ${own} must not use ${other} (${header})`]
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

/** `src/session/wire/frame.ts` → `session/wire` where the parts are listed, else `session`; a part that is not listed is no room. */
function srcRoomOf(path) {
  if (path === 'src/index.ts') return 'index'
  const [ofFile] = Object.entries(ROOMS_OF_FILES).find(([, files]) => files.test(path)) ?? []
  if (ofFile !== undefined) return ofFile
  const room = roomOf(path, 'src')
  const hasParts = Object.keys(SRC_ROOMS).some((name) => name.startsWith(`${room}/`))
  return hasParts ? posix.dirname(path).split('/').slice(1, 3).join('/') : room
}

function sources(folder, pattern) {
  if (!existsSync(`${root}/${folder}`)) return []
  return readdirSync(`${root}/${folder}`, { recursive: true })
    .filter((name) => pattern.test(name))
    .map((name) => `${folder}/${name}`)
    .sort()
}
