import { readFileSync } from 'node:fs'

/** With fewer not even all of this command can be loaded. */
const LEAST_OPEN_FILES = 128

/** Why this process cannot do anything at all, as an error of ours; `null`: it can. Loads nothing else, for that might be what fails. */
export function openFilesProblem(limit: number | null = softLimit()) {
  if (limit === null || limit >= LEAST_OPEN_FILES) return null
  return {
    code: 'XRB_DESCRIPTORS' as const,
    message: `This process may have ${limit} files open, and xrbench needs ${LEAST_OPEN_FILES}.`,
    hint: 'ulimit -n 1024',
  }
}

/** RLIMIT_NOFILE (proc_pid_limits(5)); `null`: none, or not known. */
function softLimit(): number | null {
  try {
    const soft = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]
    return soft === undefined ? null : Number(soft)
  } catch {
    return null
  }
}
