import { LAB_MOUNT } from './init-script.js'
import { CONTROL_PORT, STDIN_PORT } from './ports.js'

/**
 * What runs as process 1 of a guest once the host's file system is there: sets the network up, says `ready`, and runs commands as the
 * control port asks for them, until that port closes. Lines in: `run ID SLOT INPUT TOKEN`, `signal ID NAME`, `size ROWS COLUMNS`,
 * `poweroff`. Lines out: `ready`, `failed WORDS`, `exit ID CODE`. A stream of a command ends with its token.
 */
export const GUEST_SCRIPT = `bin=/run/lab/bin
/run/lab/busybox mkdir $bin
/run/lab/busybox --install -s $bin
export PATH=$bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
mkdir -p /dev/pts /dev/shm
mount -t devpts -o mode=620,ptmxmode=666 devpts /dev/pts
mount -t tmpfs tmpfs /dev/shm
ln -sf /proc/self/fd /dev/fd
ulimit -l unlimited
ulimit -n 65536

# The number after vport counts all virtio devices, not those of this kind.
tries=0
while port=$(echo /dev/vport*p${CONTROL_PORT}); [ ! -e $port ] && [ $tries -lt 200 ]; do
  usleep 20000
  tries=$((tries + 1))
done
ports=\${port%${CONTROL_PORT}}
exec 8<>$port

if sh -e ${LAB_MOUNT}/setup.sh 8>&- >/run/lab/setup.log 2>&1; then
  echo ready >&8
else
  echo "failed $(tail -n 1 /run/lab/setup.log)" >&8
fi

# A shell starts what runs in the background deaf to Ctrl-C.
listening=
/usr/bin/env --default-signal=INT true 2>/dev/null || listening=no
start() {
  if [ -z "$listening" ]; then exec /usr/bin/env --default-signal=INT,QUIT "$@"; fi
  exec "$@"
}

# ID SLOT INPUT TOKEN
job() {
  folder=/run/lab/job.$1
  script=${LAB_MOUNT}/job.$1.sh
  mkdir $folder
  if [ "$3" = tty ]; then
    start $bin/setsid -c /bin/sh $script </dev/hvc0 >/dev/hvc0 2>&1 8>&- &
    echo $! >$folder/pid
    wait $!
    echo "exit $1 $?" >&8
    return
  fi
  out=$ports$((3 + 2 * $2)) err=$ports$((4 + 2 * $2))
  mkfifo $folder/out $folder/err
  { cat <$folder/out; printf %s "$4"; } >$out 8>&- &
  { cat <$folder/err; printf %s "$4"; } >$err 8>&- &
  pumped=
  case $3 in
    live)
      mkfifo $folder/in
      cat <\${ports}${STDIN_PORT} >$folder/in 8>&- &
      pumped=$!
      input=$folder/in
      ;;
    file) input=${LAB_MOUNT}/job.$1.in ;;
    *) input=/dev/null ;;
  esac
  start $bin/setsid /bin/sh $script <$input >$folder/out 2>$folder/err 8>&- &
  echo $! >$folder/pid
  wait $!
  code=$?
  [ -z "$pumped" ] || kill $pumped 2>/dev/null
  echo "exit $1 $code" >&8
}

while read -r verb a b c d <&8; do
  case $verb in
    run) job $a $b $c $d & ;;
    signal)
      tries=0
      while [ ! -s /run/lab/job.$a/pid ] && [ $tries -lt 100 ]; do usleep 10000; tries=$((tries + 1)); done
      kill -$b -- -$(cat /run/lab/job.$a/pid)
      ;;
    size) stty rows $a cols $b </dev/hvc0 ;;
    poweroff) break ;;
  esac
done
sync
poweroff -f
sleep 60
`
