import type { NativeFault } from '../../addon/addon.js'

/** What the addon threw, as plain data that crosses a process boundary. */
export function toNativeFault(error: unknown, op: string): NativeFault {
  if (!(error instanceof Error)) return { code: 'INTERNAL', op, errno: 0, message: String(error) }
  const { code, op: failedOp, errno } = error as Error & Partial<NativeFault>
  return {
    code: typeof code === 'string' ? code : 'INTERNAL',
    op: typeof failedOp === 'string' ? failedOp : op,
    errno: typeof errno === 'number' ? errno : 0,
    message: error.message,
  }
}
