import { flag, type Tool } from './tool.js'

const OPERATIONS = { send: 'send', write: 'write', read: 'read', atomic: 'fetch-add' }
const COMMANDS = Object.entries(OPERATIONS).flatMap(([name, operation]) => [
  [`ib_${name}_lat`, `-w ping-pong --operation ${operation}`],
  [`ib_${name}_bw`, `-w stream --operation ${operation}`],
])

/** perftest 24: ib_send_lat, ib_write_bw and the others. */
export const PERFTEST: Tool = {
  name: 'perftest',
  commands: { ...Object.fromEntries(COMMANDS), '': '' },
  // The same line without a host is the server's.
  server: /^$/,
  hasHostWord: true,
  unsaid: [
    ['-t', '-t rdma'],
    ['--wait', '--wait spin'],
  ],
  differs: [
    'the same line without a host starts the server of perftest; here xrbench serve does',
    'perftest tells half of the round trip of send and write; xrbench the whole one, always',
    'perftest counts at the sender; xrbench at the receiver',
    'perftest polls unless -e is given; xrbench sleeps unless --wait spin is',
  ],
  flags: [
    flag('-d, --ib-dev', 'name', '--device N', 'is of this end; serve has its own --device'),
    flag('-i, --ib-port', 'count', '--port N'),
    flag('-x, --gid-index', 'count', '--gid-index N'),
    flag('-p, --port', 'count', '--peer HOST:N', 'is of the agent there, xrbench serve'),
    flag('-s, --size', 'count', '--size N'),
    flag(
      '-a, --all',
      'none',
      `--size ${Array.from({ length: 23 }, (_, i) => 2 ** (i + 1)).join(',')}`,
    ),
    flag('-n, --iters', 'count', '--iterations N'),
    flag('-D, --duration', 'seconds', '--duration N', 'is of each repetition here'),
    flag('-q, --qp', 'count', '--streams N'),
    flag('-b, --bidirectional', 'none', '--direction both'),
    flag('-t, --tx-depth', 'count', '--tx-depth N'),
    flag('-r, --rx-depth', 'count', '--rx-depth N'),
    flag('-l, --post_list', 'count', '--post-list N'),
    flag('-Q, --cq-mod', 'count', '--signal-every N'),
    flag('-I, --inline_size', 'count', '--inline N'),
    flag('-c, --connection', 'name', '--qp N', 'is rc, uc or ud'),
    flag('-R, --rdma_cm', 'none', '--connect-by rdma-cm'),
    flag('-e, --events', 'none', '--wait block'),
    flag('-F, --CPU-freq', 'none', '', 'is so here: a flag of the row says what was not steady'),
    flag('--report_gbits', 'none', '', 'is so here: rates are in bits'),
    flag(
      '-H, --report-histogram',
      'none',
      '',
      'is so here: xrbench export --hgrm has the distribution',
    ),
    flag('-m, --mtu', 'count', null, 'has no equivalent: the result says which MTU it was'),
    flag('-S, --sl', 'count', null, 'has no equivalent'),
    flag('-T, --tos', 'count', null, 'has no equivalent over RDMA'),
  ],
}
