import { parseArgs } from 'node:util'
import { BenchError } from './bench-error.mjs'

export const USAGE = `npm run bench:peers -- [WORD…] [--pairs N] [--duration SECONDS] [--install] [--list]

  WORD          what to run: tcp udp · ping-pong stream paced · 64 1k 1400 128k default · spin block
                quic, tls: held against xrbench's own TCP, TLS and UDP, and bare loops of GnuTLS
                shm: two processes and one memory, beside a bare loop over two cache lines
                download requests: against other stacks: ngtcp2's example programs, quiche, quic-go, openssl
                rdma, in the lab: rc ud · send write read fetch-add · ping-pong stream rate · 8 64 64k · spin block
                words of one kind widen the choice, words of several kinds narrow it; none = tcp and udp
  --pairs N     rounds in which every tool runs once (default 7)
  --duration S  measured seconds of each run, whole, at least 1 (default 2); each run warms up before it
  --install     install missing peers through apt (as root; XRBENCH_INSTALL=1 does the same)
  --output F    where the figures go (default build/bench-peers.json)
  --strict      exit 6 when an aim is missed
  --guests N    of rdma: 1 = both ends in one guest with two CPUs, 2 = one each in two guests with one CPU (default 1)
  --list        print the configurations and leave`

/**
 * @typedef {object} Options
 * @property {string[]} words
 * @property {number} pairs
 * @property {number} durationSeconds
 * @property {boolean} install
 * @property {string} output
 * @property {boolean} strict
 * @property {1 | 2} guests
 * @property {boolean} inGuest this process is in the lab already
 * @property {boolean} list
 * @property {boolean} help
 */

/**
 * @param {string[]} argv
 * @param {NodeJS.ProcessEnv} env
 * @returns {Options}
 */
export function parseOptions(argv, env) {
  const { values, positionals } = parse(argv)
  return {
    words: positionals,
    pairs: wholeNumber('--pairs', values.pairs),
    durationSeconds: wholeNumber('--duration', values.duration.replace(/s$/, '')),
    install: values.install || env.XRBENCH_INSTALL === '1',
    output: values.output,
    strict: values.strict,
    guests: guestsOf(values.guests),
    inGuest: values['in-guest'],
    list: values.list,
    help: values.help,
  }
}

/** @param {string[]} argv */
function parse(argv) {
  try {
    return parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        pairs: { type: 'string', default: '7' },
        duration: { type: 'string', default: '2' },
        install: { type: 'boolean', default: false },
        output: { type: 'string', default: 'build/bench-peers.json' },
        strict: { type: 'boolean', default: false },
        guests: { type: 'string', default: '1' },
        'in-guest': { type: 'boolean', default: false },
        list: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
  } catch (error) {
    throw new BenchError(2, /** @type {Error} */ (error).message, 'npm run bench:peers -- --help')
  }
}

/**
 * @param {string} name
 * @param {string} text
 */
function wholeNumber(name, text) {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1 || value > 1000) {
    throw new BenchError(
      2,
      `${name} takes a whole number from 1 to 1000, not '${text}'.`,
      `${name} 7`,
    )
  }
  return value
}

/**
 * @param {string} text
 * @returns {1 | 2}
 */
function guestsOf(text) {
  if (text === '1') return 1
  if (text === '2') return 2
  throw new BenchError(2, `--guests takes 1 or 2, not '${text}'.`, '--guests 2')
}
