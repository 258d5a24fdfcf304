import { basename } from 'node:path'

/** The npm that started us, or the one on the PATH: `[command, ...arguments]`. */
export function npmCommand() {
  const started = process.env.npm_execpath
  if (started !== undefined && basename(started).startsWith('npm-cli')) {
    return [process.execPath, started]
  }
  return ['npm']
}

/** The environment without what npm hands down: node-gyp lets those variables win over its arguments. */
export function cleanEnvironment() {
  const entries = Object.entries(process.env).filter(
    ([name]) => !/^npm_(config|package|lifecycle)_/i.test(name),
  )
  return Object.fromEntries(entries)
}
