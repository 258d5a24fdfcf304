import { errorFunction } from 'simple-statistics'

/** P(Z ≥ z) for z ≥ 0; the approximation of the error function is good to about 1e-7, so nothing smaller is claimed. */
export function normalTail(z: number): number {
  return Math.max(1e-7, (1 - errorFunction(z / Math.SQRT2)) / 2)
}
