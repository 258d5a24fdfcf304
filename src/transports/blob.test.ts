import { expect, it } from 'vitest'
import { fc } from '../fixtures/property.js'
import { decodeBlob, encodeBlob, MAX_BLOB_BYTES } from './blob.js'

it('carries any bytes unchanged', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: MAX_BLOB_BYTES }), (bytes) => {
      expect(decodeBlob(encodeBlob(bytes))).toEqual(new Uint8Array(bytes))
    }),
  )
})

it('refuses none and too many', () => {
  const refusal = expect.objectContaining({ code: 'XRB_PROTOCOL' })
  expect(() => encodeBlob(new Uint8Array(0))).toThrow(refusal)
  expect(() => encodeBlob(new Uint8Array(MAX_BLOB_BYTES + 1))).toThrow(refusal)
  expect(() => decodeBlob('')).toThrow(refusal)
  expect(() => decodeBlob('A'.repeat(100_000))).toThrow(refusal)
})
