import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { homedir, userInfo } from 'node:os'
import { dirname } from 'node:path'
import { SetupError, timed } from '../setup/report.mjs'
import { apart, archiveIn, HEADERS, librariesIn, sourceOf, TARGETS } from './archive.mjs'

const LIMIT_MS = 120_000
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg'

/**
 * The ngtcp2 of one of Debian's suites, unpacked into the user's cache and not installed: its version, and where its headers and its
 * libraries are. Fetched when the cache has none; a suite that moves on is fetched again when its folder is removed.
 */
export async function fetchNgtcp2(suite) {
  const cache = process.env.XDG_CACHE_HOME || `${homedir()}/.cache`
  const folder = `${cache}/xrbench/ngtcp2/${suite}`
  if (!existsSync(folder)) {
    const partial = `${folder}.${process.pid}`
    await timed(`fetching the ngtcp2 of ${suite}`, async () => {
      try {
        fetchInto(partial, suite)
        rmSync(`${partial}/apt`, { recursive: true })
        renameSync(partial, folder)
      } finally {
        rmSync(partial, { recursive: true, force: true })
      }
    })
  }
  const include = `${folder}/usr/include`
  const header = readFileSync(`${include}/ngtcp2/version.h`, 'utf8')
  const [, version] = /NGTCP2_VERSION "([^"]+)"/.exec(header)
  return { suite, version, include, libraries: folderOf(`${folder}/usr/lib`, 'libngtcp2.so') }
}

function fetchInto(folder, suite) {
  const targets = run('apt-get', TARGETS)
  const archive = targets.status === 0 ? archiveIn(targets.stdout) : undefined
  if (archive === undefined) {
    throw new SetupError(
      'XRB_FETCH',
      `There is no apt with an archive of Debian here, from which the ngtcp2 of ${suite} could come.`,
      'sudo apt-get update && apt-get indextargets',
    )
  }
  const apt = `${folder}/apt`
  for (const name of ['state/lists/partial', 'cache/archives/partial'])
    mkdirSync(`${apt}/${name}`, { recursive: true })
  writeFileSync(
    `${apt}/sources.list`,
    sourceOf(archive, suite, existsSync(KEYRING) ? KEYRING : null),
  )
  const options = apart(apt, userInfo().username)
  const must = (command, ...args) => {
    const ran = run(command, args, apt)
    if (ran.status === 0) return ran.stdout
    const said = ran.error?.message ?? firstError(ran.stderr)
    throw new SetupError(
      'XRB_FETCH',
      `The ngtcp2 of ${suite} cannot be had from the network: ${said}`,
      `apt-cache policy libngtcp2-dev && npm run test:ngtcp2 -- ${suite}`,
    )
  }
  must('apt-get', ...options, '-q', 'update')
  const libraries = librariesIn(must('apt-cache', ...options, 'show', ...HEADERS))
  must('apt-get', ...options, '-q', 'download', ...HEADERS, ...libraries)
  for (const name of readdirSync(apt).filter((one) => one.endsWith('.deb')))
    must('dpkg-deb', '--extract', `${apt}/${name}`, folder)
}

function run(command, args, cwd) {
  const env = { ...process.env, LC_ALL: 'C' }
  return spawnSync(command, args, {
    encoding: 'utf8',
    timeout: LIMIT_MS,
    env,
    cwd,
    maxBuffer: 1 << 26,
  })
}

/** apt tells first what went wrong, and last what it made of it. */
function firstError(text) {
  const lines = text.trim().split('\n')
  return (lines.find((line) => line.startsWith('E: ')) ?? lines.at(-1)).replace(/^E: /, '')
}

function folderOf(folder, name) {
  const found = readdirSync(folder, { recursive: true }).find((one) => one.endsWith(`/${name}`))
  return dirname(`${folder}/${found}`)
}
