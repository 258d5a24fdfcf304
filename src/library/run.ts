import { complete } from '../run/asked.js'
import { singleErrand } from '../run/single.js'
import { checked } from './bad-request.js'
import { carryOut } from './carry-out.js'
import { commandOf } from './command.js'
import { memberNames } from './names.js'
import type { RunRequest } from './request.js'
import { runSchema } from './request-schema.js'
import type { RunOptions, RunResult } from './result.js'

/**
 * Measures, as `xrbench run` does: every case in repetitions that are interleaved, each on a fresh connection in a fresh process at both ends.
 *
 * Resolves with what was measured and its status, also when the run was aborted or failed. Several may go on at once in one process; they then
 * share its CPUs, and say little. It prints nothing, changes nothing of this process, and leaves nothing behind.
 * @throws {XrbenchError} before anything starts: `XRB_BAD_REQUEST`, `XRB_USAGE`, `XRB_BAD_SIZE` and others of exit code 2 for what cannot be asked;
 * of 3 for what this machine lacks (`XRB_TRANSPORT_UNAVAILABLE`, `XRB_NO_CPU`, `XRB_OUTPUT` …); `XRB_PEER_UNREACHABLE` for a name without an address
 */
export async function run(request: RunRequest, options: RunOptions = {}): Promise<RunResult> {
  const valid = checked(runSchema, request, 'request')
  const names = memberNames(valid)
  const errand = singleErrand(complete(valid, names), names)
  return await carryOut(errand, commandOf('run', valid), valid, options)
}
