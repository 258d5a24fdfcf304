import { isObject } from '../../is-object.js'
import { MAX_BLOB_BYTES } from '../../transports/blob.js'
import { MAX_WINDOWS } from '../wire/protocol.js'
import type { EndpointEvent } from './messages.js'

const SO_FAR = ['durationNs', 'messages', 'bytes', 'lost']
const STATUSES: readonly unknown[] = ['completed', 'stopped', 'peer-closed', 'failed']
const SAMPLE = ['atNs', 'messages', 'bytes', 'waitingBytes']

/**
 * Whether a message is one of an endpoint process, as far as whoever started it works with that or passes it on: native code that a client has got
 * the better of says anything. What a report has in it is judged where it arrives.
 */
export function isEndpointEvent(said: unknown): said is EndpointEvent {
  if (!isObject(said)) return false
  switch (said.type) {
    case 'ready':
    case 'connected':
    case 'running':
    case 'progress':
      return true
    case 'opened':
      return isBlob(said.blob)
    case 'beat':
      return said.soFar === null || isNumbers(said.soFar, SO_FAR)
    case 'sample':
      return isNumbers(said.sample, SAMPLE)
    case 'scheduled':
      return isVersion(said.version) && typeof said.isAhead === 'boolean'
    case 'measured':
      return isVersion(said.version)
    case 'ended':
      return isOutcome(said.outcome) && isFault(said.fault)
    default:
      return false
  }
}

/** By its status it is counted, in metrics. */
function isOutcome(value: unknown): boolean {
  if (value === null) return true
  return isObject(value) && STATUSES.includes(value.status) && Array.isArray(value.links)
}

function isFault(value: unknown): boolean {
  return value === null || (isObject(value) && typeof value.message === 'string')
}

function isBlob(value: unknown): boolean {
  return value instanceof Uint8Array && value.length > 0 && value.length <= MAX_BLOB_BYTES
}

/** These and no other members. */
function isNumbers(value: unknown, names: readonly string[]): boolean {
  if (!isObject(value) || Object.keys(value).length !== names.length) return false
  return names.every((name) => typeof value[name] === 'number')
}

function isVersion(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= MAX_WINDOWS
}
