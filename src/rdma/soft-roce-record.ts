import { chmodSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { isObject } from '../is-object.js'
import { fateOf, identityOf, type ProcessIdentity } from './process-identity.js'
import { readNames, readSystemText } from './system-file.js'

/** Names that xrbench gives, and no other. */
const OUR_NAME = /^xrb\d+(_\d+)?$/
const SUFFIX = '.soft-roce.json'
const MAX_RECORD_CHARS = 4096

/** A SoftRoCE device that a run made, kept in a file until it is removed. */
interface SoftRoceRecord extends ProcessIdentity {
  name: string
  netdev: string
}

/** Where the records of this user's runs are; `null` where there is no place for them. */
export function recordFolder(
  environment: Readonly<NodeJS.ProcessEnv> = process.env,
): string | null {
  const { uid } = userInfo()
  const candidates = [
    ...(environment.XDG_RUNTIME_DIR?.startsWith('/')
      ? [`${environment.XDG_RUNTIME_DIR}/xrbench`]
      : []),
    ...(uid === 0 ? ['/run/xrbench'] : []),
    join(tmpdir(), `xrbench-${uid}`),
  ]
  return candidates.find(isOurs) ?? null
}

/** Nobody else may put a record there: what it names is removed. */
function isOurs(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const { uid, mode } = statSync(folder)
    if (uid !== userInfo().uid) return false
    if ((mode & 0o077) !== 0) chmodSync(folder, 0o700)
    return true
  } catch {
    return false
  }
}

/** Writes the record before the device is made, so that a crash in between leaves a record, not a device. */
export function writeRecord(folder: string, name: string, netdev: string): string {
  const path = join(folder, `${name}${SUFFIX}`)
  const temporary = `${path}.${process.pid}.tmp`
  const record = { ...identityOf(process.pid), name, netdev }
  writeFileSync(temporary, `${JSON.stringify(record)}\n`, { mode: 0o600 })
  renameSync(temporary, path)
  return path
}

export function eraseRecord(path: string): void {
  rmSync(path, { force: true })
}

/** Devices whose process is gone: what crashed runs left. */
export function orphans(folder: string): { path: string; name: string }[] {
  return readNames(folder)
    .filter((file) => file.endsWith(SUFFIX))
    .flatMap((file) => {
      const path = join(folder, file)
      const record = parseRecord(readSystemText(path))
      if (record === null || `${record.name}${SUFFIX}` !== file) return []
      return fateOf(record) === 'gone' ? [{ path, name: record.name }] : []
    })
}

/** `null` for what is no record of ours. */
function parseRecord(text: string | null): SoftRoceRecord | null {
  if (text === null || text.length > MAX_RECORD_CHARS) return null
  try {
    const value: unknown = JSON.parse(text)
    return isRecordOfOurs(value) ? value : null
  } catch {
    return null
  }
}

function isRecordOfOurs(value: unknown): value is SoftRoceRecord {
  if (!isObject(value)) return false
  const { name, pid, startTicks, bootId, pidNamespace } = value
  return (
    typeof name === 'string' &&
    OUR_NAME.test(name) &&
    Number.isSafeInteger(pid) &&
    [startTicks, bootId, pidNamespace].every((text) => typeof text === 'string')
  )
}
