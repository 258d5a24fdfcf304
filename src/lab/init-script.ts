/** On the kernel's command line: say that user space is up, and switch off. */
export const PROBE_OPTION = 'xrbench.probe'
/** What the console shows then. */
export const PROBE_ANSWER = 'xrbench: user space is up'
/** Tag of the share with the lab's own files, and where the guest has it. */
export const LAB_TAG = 'lab'
export const LAB_MOUNT = '/run/xrbench'

/**
 * The guest's first program. It loads the modules, puts the host's file system under an overlay in memory, and goes on in there with
 * the script that the lab has put in its share. What it says goes to the console.
 */
export const INIT_SCRIPT = `#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin
say() { echo "xrbench: $*"; }
fail() { say "$*"; sync; poweroff -f; sleep 60; }

mount -t proc proc /proc
case " $(cat /proc/cmdline) " in
  *" ${PROBE_OPTION} "*) echo '${PROBE_ANSWER}'; fail 'end of the probe' ;;
esac
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev

say 'loading modules'
while read -r name; do
  insmod "/modules/$name.ko" || say "module $name cannot be loaded"
done </modules/order

say 'mounting the host'
mount -t 9p -o trans=virtio,version=9p2000.L,ro,msize=512000,cache=loose host /host ||
  fail 'the file system of the host cannot be mounted'
mount -t tmpfs -o mode=755 tmpfs /changes
mkdir /changes/upper /changes/work
mount -t overlay -o lowerdir=/host,upperdir=/changes/upper,workdir=/changes/work overlay /newroot ||
  fail 'the overlay cannot be mounted'
mount -t tmpfs -o mode=755 tmpfs /newroot/run
mkdir /newroot${LAB_MOUNT} /newroot/run/lab
mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,cache=none ${LAB_TAG} /newroot${LAB_MOUNT} ||
  fail 'the share of the lab cannot be mounted'
mount --move /proc /newroot/proc
mount --move /sys /newroot/sys
mount --move /dev /newroot/dev
cp /bin/busybox /newroot/run/lab/busybox
exec switch_root /newroot /run/lab/busybox sh ${LAB_MOUNT}/guest.sh
`
