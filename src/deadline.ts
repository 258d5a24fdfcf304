import type { XrbenchError } from './errors.js'

/** `promise`, or the error once `ms` have gone by; what `promise` does after that is ignored. */
export async function withDeadline<T>(
  promise: Promise<T>,
  ms: number,
  expired: () => XrbenchError | Error,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(expired()), ms)
  })
  try {
    return await Promise.race([promise, limit])
  } finally {
    clearTimeout(timer)
  }
}

/** `value` after `ms`: one contestant of a `Promise.race` that must not fail. `cancel` frees the timer. */
export function after<T>(ms: number, value: T): { promise: Promise<T>; cancel(): void } {
  let timer: NodeJS.Timeout | undefined
  const promise = new Promise<T>((resolve) => {
    timer = setTimeout(() => resolve(value), ms)
  })
  return { promise, cancel: () => clearTimeout(timer) }
}
