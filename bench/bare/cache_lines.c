// The bare ping-pong of two processes over one memory: a cache line to and a cache line fro, and nothing else.
// It is the floor that xrbench's `shm` is held against, so it uses nothing that xrbench could not use as well:
//   - one mailbox in each direction, a number and behind it the message, so that up to 56 bytes travel with the number in one
//     cache line of 64; the mailboxes are two lines apart, for processors fetch a line's neighbour along with it;
//   - the message copied in, then the number stored (release); the other end polls the number (acquire), then copies out;
//   - CLOCK_MONOTONIC_RAW twice per round trip, through the vDSO (clock_gettime(2), vdso(7));
//   - poll = load again at once: no pause instruction, no yield, no system call;
//   - samples stored in an array allocated and touched before the loop, sorted after it.
// It has one slot and no flow control, no timeout, no histogram, no stop flag, and trusts its peer: that is what "bare" means. A
// peer that goes leaves it polling, and alarm(2) then ends it.
//
//   cache_lines server --size 64 [--cpu 0]          prints {"file":"/dev/shm/…"}, serves one client, ends
//   cache_lines client --size 64 [--cpu 1] --file F --warmup 1 --duration 2
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { MAX_BYTES = 4096, APART = 128, GRACE_SECONDS = 10 };
static const uint64_t END = UINT64_MAX;  // the number that ends the server

struct mailbox {
  _Alignas(APART) _Atomic uint64_t number;
  char message[MAX_BYTES];
};

struct memory {
  struct mailbox up, down;
};

struct options {
  bool server;
  size_t size_bytes, max_samples;
  int cpu;
  const char* file;
  double warmup_seconds, duration_seconds;
};

struct samples {
  uint32_t* ns;  // 4 bytes each, so that storing them disturbs the caches least; 4.29 s is the ceiling
  size_t count, capacity;
};

_Noreturn static void die(const char* what) {
  fprintf(stderr, "cache_lines: %s: %s\n", what, errno ? strerror(errno) : "bad argument");
  exit(1);
}

static inline uint64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC_RAW, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static inline void post(struct mailbox* to, const char* message, size_t size, uint64_t number) {
  memcpy(to->message, message, size);
  atomic_store_explicit(&to->number, number, memory_order_release);
}

// Returns the number that came: the one awaited, or END.
static inline uint64_t await(struct mailbox* from, char* message, size_t size, uint64_t number) {
  uint64_t seen;
  do {
    seen = atomic_load_explicit(&from->number, memory_order_acquire);
  } while (seen != number && seen != END);
  memcpy(message, from->message, size);
  return seen;
}

// Runs until `duration_ns` has passed or the array is full; the clock is read twice per round trip and never otherwise.
static uint64_t measure(struct memory* m, char* message, size_t size, uint64_t* number, uint64_t duration_ns,
                        struct samples* samples) {
  const uint64_t start = now_ns();
  uint64_t received = start;
  for (size_t i = 0; i < samples->capacity && received - start < duration_ns; i++) {
    const uint64_t sent = now_ns();
    post(&m->up, message, size, ++*number);
    await(&m->down, message, size, *number);
    received = now_ns();
    const uint64_t elapsed = received - sent;
    samples->ns[i] = elapsed < UINT32_MAX ? (uint32_t)elapsed : UINT32_MAX;
    samples->count = i + 1;
  }
  return received - start;
}

static void echo(struct memory* m, char* message, size_t size) {
  for (uint64_t number = 1; await(&m->up, message, size, number) != END; number++)
    post(&m->down, message, size, number);
}

static void pin(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET((size_t)cpu, &set);
  if (sched_setaffinity(0, sizeof set, &set) != 0) die("sched_setaffinity");
}

static struct memory* map(int fd) {
  struct memory* m = mmap(NULL, sizeof *m, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
  if (m == MAP_FAILED) die("mmap");
  close(fd);
  return m;
}

// A file of its own, which the client takes away again as soon as it has it.
static struct memory* make_memory(void) {
  char file[] = "/dev/shm/xrbench-bare-XXXXXX";
  const int fd = mkstemp(file);
  if (fd < 0) die("mkstemp");
  if (ftruncate(fd, sizeof(struct memory)) != 0) die("ftruncate");
  printf("{\"file\":\"%s\"}\n", file);
  fflush(stdout);
  return map(fd);
}

static struct memory* open_memory(const struct options* o) {
  const int fd = open(o->file, O_RDWR | O_CLOEXEC);
  if (fd < 0) die("open");
  unlink(o->file);
  return map(fd);
}

static int compare_ns(const void* a, const void* b) {
  const uint32_t x = *(const uint32_t*)a, y = *(const uint32_t*)b;
  return (x > y) - (x < y);
}

// The smallest sample that at least `per_mille` thousandths of all samples do not exceed (nearest rank, no interpolation).
static uint32_t percentile(const struct samples* sorted, size_t per_mille) {
  const size_t rank = (sorted->count * per_mille + 999) / 1000;
  return sorted->ns[rank == 0 ? 0 : rank - 1];
}

static void print_result(const struct options* o, struct samples* s, uint64_t duration_ns) {
  if (s->count == 0) die("no samples");
  qsort(s->ns, s->count, sizeof *s->ns, compare_ns);
  printf("{\"transport\":\"shm\",\"wait\":\"spin\",\"messageSizeBytes\":%zu,\"durationNs\":%llu,\"count\":%zu,"
         "\"p50Ns\":%u,\"p99Ns\":%u,\"p999Ns\":%u,\"maxNs\":%u,\"full\":%s}\n",
         o->size_bytes, (unsigned long long)duration_ns, s->count, percentile(s, 500), percentile(s, 990),
         percentile(s, 999), s->ns[s->count - 1], s->count == s->capacity ? "true" : "false");
}

static void run_client(const struct options* o, char* message) {
  struct samples samples = {.ns = malloc(o->max_samples * sizeof(uint32_t)), .capacity = o->max_samples};
  if (samples.ns == NULL) die("malloc");
  memset(samples.ns, 0xff, samples.capacity * sizeof *samples.ns);  // no page fault inside the loop

  struct memory* m = open_memory(o);
  uint64_t number = 0;
  measure(m, message, o->size_bytes, &number, (uint64_t)(o->warmup_seconds * 1e9), &samples);
  samples.count = 0;
  const uint64_t duration_ns =
      measure(m, message, o->size_bytes, &number, (uint64_t)(o->duration_seconds * 1e9), &samples);
  atomic_store(&m->up.number, END);
  print_result(o, &samples, duration_ns);
}

static struct options parse(int argc, char** argv) {
  static const struct option names[] = {
      {"size", required_argument, NULL, 's'},     {"cpu", required_argument, NULL, 'c'},
      {"file", required_argument, NULL, 'f'},     {"warmup", required_argument, NULL, 'u'},
      {"duration", required_argument, NULL, 'd'}, {"max-samples", required_argument, NULL, 'm'},
      {NULL, 0, NULL, 0}};
  struct options o = {.size_bytes = 64, .max_samples = 16u << 20, .cpu = -1,
                      .warmup_seconds = 1, .duration_seconds = 2};
  for (int c; (c = getopt_long(argc, argv, "", names, NULL)) != -1;) {
    if (c == 's') o.size_bytes = strtoull(optarg, NULL, 10);
    else if (c == 'c') o.cpu = atoi(optarg);
    else if (c == 'f') o.file = optarg;
    else if (c == 'u') o.warmup_seconds = atof(optarg);
    else if (c == 'd') o.duration_seconds = atof(optarg);
    else if (c == 'm') o.max_samples = strtoull(optarg, NULL, 10);
    else exit(2);
  }
  if (optind >= argc) die("server or client?");
  o.server = strcmp(argv[optind], "server") == 0;
  if (!o.server && (strcmp(argv[optind], "client") != 0 || o.file == NULL)) die("client --file?");
  if (o.size_bytes == 0 || o.size_bytes > MAX_BYTES) die("--size");
  if (o.max_samples == 0) die("--max-samples");
  return o;
}

int main(int argc, char** argv) {
  const struct options o = parse(argc, argv);
  alarm((unsigned)(o.warmup_seconds + o.duration_seconds) + GRACE_SECONDS);
  if (o.cpu >= 0) pin(o.cpu);
  char message[MAX_BYTES];
  memset(message, 'x', sizeof message);
  if (o.server)
    echo(make_memory(), message, o.size_bytes);
  else
    run_client(&o, message);
  return 0;
}
