import type { RemoteParameters } from '../wire/client-messages.js'

// What a client asks for, as the addon counts it.

export const KIB = 1024
export const MIB = 1024 * KIB

/** Links of the agent's end; but for a stream there is one, of neither kind. */
export function linksOf({ streams, direction }: RemoteParameters) {
  const receivers = direction === 'down' ? 0 : streams
  const senders = direction === 'up' ? 0 : streams
  return { receivers, senders, all: receivers + senders }
}

/** Of requests and answers. */
export function longestMessageBytes(p: RemoteParameters): number {
  return Math.max(p.messageSizeBytes, p.responseSizeBytes ?? 0)
}

/** How many of `eachBytes` fit, between the least and the most that there are. */
export function fitting(bytes: number, eachBytes: number, least: number, most: number): number {
  return Math.min(Math.max(Math.floor(bytes / eachBytes), least), most)
}
