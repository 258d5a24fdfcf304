import { peerError } from '../errors.js'

/** What one endpoint tells the other, at most; its content is known to the addon alone. */
export const MAX_BLOB_BYTES = 4096
/** … in base64. */
export const MAX_BLOB_TEXT_LENGTH = Math.ceil(MAX_BLOB_BYTES / 3) * 4

/** Text form of an endpoint blob, for a frame. @throws {XrbenchError} `XRB_PROTOCOL` when it is empty or too long */
export function encodeBlob(blob: Uint8Array): string {
  checkLength(blob.length)
  return Buffer.from(blob.buffer, blob.byteOffset, blob.length).toString('base64')
}

/** @throws {XrbenchError} `XRB_PROTOCOL` when it is empty or too long */
export function decodeBlob(text: string): Uint8Array {
  if (text.length > MAX_BLOB_TEXT_LENGTH) checkLength(MAX_BLOB_BYTES + 1)
  const blob = new Uint8Array(Buffer.from(text, 'base64'))
  checkLength(blob.length)
  return blob
}

function checkLength(bytes: number): void {
  if (bytes < 1 || bytes > MAX_BLOB_BYTES) {
    throw peerError(
      'XRB_PROTOCOL',
      `An endpoint blob has 1 to ${MAX_BLOB_BYTES} bytes, not ${bytes}.`,
    )
  }
}
