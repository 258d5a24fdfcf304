import { NATIVE } from './native-list.mjs'
import { inReport, inResults, inSession, inStatistics } from './typescript-list.mjs'

/**
 * `file`, a text that it has exactly once, what to put in its place, and the tests of which one has to fail:
 * `tests`, files for Vitest, or `native`, a filter for the C++ tests (`alone`: of this file only).
 */
export const MUTATIONS = [...inStatistics, ...inResults, ...inReport, ...inSession, ...NATIVE]
