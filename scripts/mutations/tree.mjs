import { execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { root } from '../setup/paths.mjs'

/** What was built, so that a changed source is built anew in seconds. Kept with its times. */
const BUILT = ['build', 'dist']

/** A copy of the checkout as it stands, in a folder of its own: whatever happens to it, the checkout stays whole. */
export function copyTree() {
  const folder = mkdtempSync(join(tmpdir(), 'xrbench-mutations-'))
  const list = ['ls-files', '--cached', '--others', '--exclude-standard', '-z']
  for (const name of execFileSync('git', list, { cwd: root, encoding: 'utf8' }).split('\0')) {
    if (name === '' || !existsSync(join(root, name))) continue
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    cpSync(join(root, name), join(folder, name), { preserveTimestamps: true })
  }
  for (const name of BUILT) {
    if (!existsSync(join(root, name))) continue
    cpSync(join(root, name), join(folder, name), {
      ...{ recursive: true, preserveTimestamps: true, verbatimSymlinks: true },
      // Builds with sanitizers or another ngtcp2, and the modules of clang.
      filter: (path) => !/\/build\/(asan|tsan|ngtcp2[^/]*|clang-modules)$/.test(path),
    })
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  process.once('exit', remove)
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130))
  return folder
}

/**
 * Makes one change in a file of the copy and returns what takes it back.
 * @throws {Error} when `find` is not there exactly once: the mutation has to be written anew
 */
export function mutate(folder, { file, find, replace }) {
  const path = join(folder, file)
  const before = existsSync(path) ? readFileSync(path, 'utf8') : ''
  const places = before.split(find).length - 1
  if (places !== 1)
    throw new Error(`${JSON.stringify(find)} is ${places} times in ${file}, not once`)
  writeFileSync(
    path,
    before.replace(find, () => replace),
  )
  return () => writeFileSync(path, before)
}
