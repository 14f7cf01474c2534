/*
 * Moves one program's time of day (LD_PRELOAD); the monotonic clock stays as it is. Told by the environment:
 *   ENGAWA_CLOCK   a file holding by how many milliseconds the time of day is moved; read again every 2 ms
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define AGAIN_NS 2000000
#define SECOND_NS 1000000000LL
/* The function of this name that comes after ours. */
#define REAL(name) ({ static __typeof__(&name) found; if (!found) found = dlsym(RTLD_NEXT, #name); found; })

static const char *clock_file;

__attribute__((constructor)) static void begin(void) { clock_file = getenv("ENGAWA_CLOCK"); }

/* By how many nanoseconds the time of day is moved. */
static int64_t moved_ns(void) {
  static int64_t moved, again;
  struct timespec now;
  if (!clock_file) return 0;
  REAL(clock_gettime)(CLOCK_MONOTONIC, &now);
  int64_t at = now.tv_sec * SECOND_NS + now.tv_nsec;
  if (at < __atomic_load_n(&again, __ATOMIC_RELAXED)) return __atomic_load_n(&moved, __ATOMIC_RELAXED);
  __atomic_store_n(&again, at + AGAIN_NS, __ATOMIC_RELAXED);
  char said[64] = "";
  int before = errno, file = REAL(open)(clock_file, O_RDONLY | O_CLOEXEC);
  /* A file just being written is empty: the time stays as it was. */
  if (file >= 0 && read(file, said, sizeof said - 1) > 0) __atomic_store_n(&moved, atoll(said) * 1000000, __ATOMIC_RELAXED);
  if (file >= 0) REAL(close)(file);
  errno = before;
  return __atomic_load_n(&moved, __ATOMIC_RELAXED);
}
int clock_gettime(clockid_t clock, struct timespec *time) {
  int result = REAL(clock_gettime)(clock, time);
  if (result || (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE)) return result;
  int64_t ns = time->tv_sec * SECOND_NS + time->tv_nsec + moved_ns();
  time->tv_nsec = (ns % SECOND_NS + SECOND_NS) % SECOND_NS;
  time->tv_sec = (ns - time->tv_nsec) / SECOND_NS;
  return 0;
}
int gettimeofday(struct timeval *restrict time, void *restrict zone) {
  struct timespec now;
  (void)zone;
  clock_gettime(CLOCK_REALTIME, &now);
  *time = (struct timeval){now.tv_sec, now.tv_nsec / 1000};
  return 0;
}
time_t time(time_t *into) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (into) *into = now.tv_sec;
  return now.tv_sec;
}
