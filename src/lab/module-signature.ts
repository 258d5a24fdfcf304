const MARK = Buffer.from('~Module signature appended~\n')
/** struct module_signature of linux/module_signature.h; its last field is the signature's length, big-endian. */
const TRAILER_BYTES = 12

/**
 * A module without the signature at its end. Checking one takes an emulated CPU a noticeable time, thirty of them a second; the files come
 * from the distribution's package or the host's own folders, and the kernel of a guest does not insist.
 */
export function withoutSignature(module: Buffer): Buffer {
  if (!module.subarray(-MARK.length).equals(MARK)) return module
  const trailerAt = module.length - MARK.length - TRAILER_BYTES
  const signatureBytes = module.readUInt32BE(trailerAt + 8)
  return signatureBytes <= trailerAt ? module.subarray(0, trailerAt - signatureBytes) : module
}
