import { readFileSync } from 'node:fs'

const ROOT = new URL('../../', import.meta.url)

/** Commit checked out where this runs from; `null` in an installed package. */
export function commitOfCheckout(): string | null {
  try {
    const head = read('.git/HEAD')
    const ref = /^ref: (\S+)$/.exec(head)?.[1]
    return asCommit(ref === undefined ? head : resolve(ref))
  } catch {
    return null
  }
}

function resolve(ref: string): string {
  try {
    return read(`.git/${ref}`)
  } catch {
    const packed = read('.git/packed-refs').split('\n')
    return packed.find((line) => line.endsWith(` ${ref}`))?.split(' ')[0] ?? ''
  }
}

function read(path: string): string {
  return readFileSync(new URL(path, ROOT), 'utf8').trim()
}

function asCommit(text: string): string | null {
  return /^[0-9a-f]{40,64}$/.test(text) ? text : null
}
