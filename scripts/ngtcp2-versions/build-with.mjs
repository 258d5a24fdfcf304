import { rmSync, symlinkSync } from 'node:fs'
import { buildApart } from '../setup/build-apart.mjs'
import { holdLock } from '../setup/lock.mjs'
import { timed } from '../setup/report.mjs'
import { buildFailed } from '../setup/run-logged.mjs'

/**
 * Builds what has ngtcp2 in it, and resolves with the folder. Headers are found as the system's are, before those; the libraries at run
 * time where they were unpacked. The first file of the addon has nothing of QUIC: it is that of the build `here`.
 */
export async function buildWith({ suite, version, include, libraries }, here) {
  const unlock = await holdLock()
  try {
    return await timed(`building with ngtcp2 ${version}`, async () => {
      const { run, release } = await buildApart(`ngtcp2-${suite}-${version}`, ['--build_tests=1'], {
        targets: ['xrbench_quic', 'xrbench_native_test'],
        environment: {
          CPLUS_INCLUDE_PATH: include,
          LDFLAGS: `${process.env.LDFLAGS ?? ''} -L${libraries} -Wl,-rpath,${libraries}`,
        },
      })
      if (run.code !== 0) throw buildFailed('C++', run)
      rmSync(`${release}/xrbench.node`, { force: true })
      symlinkSync(`${here.release}/xrbench.node`, `${release}/xrbench.node`)
      return release
    })
  } finally {
    unlock()
  }
}
