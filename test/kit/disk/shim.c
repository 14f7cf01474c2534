/*
 * Stands between one program and its disk (LD_PRELOAD). What it does is told by the environment:
 *   ENGAWA_DISK_PREFIX   the folder whose files are minded; without it nothing is done
 *   ENGAWA_DISK_TRACE    a file to which every change, every sync and everything sent to a socket is appended, in order
 *   ENGAWA_DISK_SYNC_MS  the least time a sync takes
 *   ENGAWA_DISK_FAIL     a file; while it exists, what it names goes wrong: an errno, then any of `write`, `sync`,
 *                        `create` (all three where none is named), as in `EIO sync`
 * A record is a header, a path and bytes: `struct record` below; trace.ts reads it. One lock is held over each change
 * and its record, so the trace is in the order of completion. A sync is two records, for others work on meanwhile.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum kind { OPENED = 1, WROTE, RESIZED, RENAMED, REMOVED, MADE_FOLDER, SYNC_BEGAN, SYNC_ENDED, SENT };
/* OPENED: value = flags. WROTE: value = offset. RESIZED: value = size. SYNC_*: value = thread, sizes nothing else. */
struct record { uint32_t bytes, kind; uint64_t inode; int64_t value; uint32_t path_bytes, data_bytes; };
struct target { ino_t inode; int is_socket; char path[PATH_MAX]; };

#define MOST_SENT_BYTES 65536
#define SECOND_NS 1000000000LL
/* The function of this name that comes after ours. */
#define REAL(name) ({ static __typeof__(&name) found; if (!found) found = dlsym(RTLD_NEXT, #name); found; })

static pthread_mutex_t order = PTHREAD_MUTEX_INITIALIZER;
static char prefix[PATH_MAX];
static int trace = -1;
static int64_t sync_ns;
static const char *fail_file;

__attribute__((constructor)) static void begin(void) {
  const char *folder = getenv("ENGAWA_DISK_PREFIX"), *file = getenv("ENGAWA_DISK_TRACE"), *slow = getenv("ENGAWA_DISK_SYNC_MS");
  fail_file = getenv("ENGAWA_DISK_FAIL");
  sync_ns = slow ? atof(slow) * 1e6 : 0;
  if (file) trace = REAL(open)(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (folder && !realpath(folder, prefix)) prefix[0] = 0;
}
static int is_inside(const char *path) {
  size_t length = strlen(prefix);
  return length > 0 && strncmp(path, prefix, length) == 0 && strchr("/", path[length]);
}

/* Writes the absolute name of a path whose last part may not exist; true where it is minded. */
static int is_minded(int folder, const char *path, char *absolute) {
  char parent[PATH_MAX] = "", whole[PATH_MAX], at[64] = "/proc/self/cwd";
  if (!prefix[0] || !path) return 0;
  if (folder != AT_FDCWD) snprintf(at, sizeof at, "/proc/self/fd/%d", folder);
  if (path[0] != '/' && !realpath(at, parent)) return 0;
  if (snprintf(whole, sizeof whole, "%s/%s", parent, path) >= (int)sizeof whole) return 0;
  char *name = strrchr(whole, '/');
  *name++ = 0;
  if (!realpath(whole[0] ? whole : "/", parent)) return 0;
  if (snprintf(absolute, PATH_MAX, "%s/%s", parent, name) >= PATH_MAX) return 0;
  return is_inside(absolute);
}
/* The port is in the same place for IPv4 and IPv6; -1 for other sockets. */
static int port_of(int fd, int (*ask)(int, struct sockaddr *, socklen_t *)) {
  struct sockaddr_in6 address;
  socklen_t length = sizeof address;
  if (ask(fd, (struct sockaddr *)&address, &length)) return -1;
  return address.sin6_family == AF_INET || address.sin6_family == AF_INET6 ? ntohs(address.sin6_port) : -1;
}

/* Tells from the system, not from a table of our own, what a descriptor is: libuv closes some without the C library. */
static int is_watched(int fd, struct target *target) {
  struct stat seen;
  char link[64];
  if (!prefix[0] || fstat(fd, &seen)) return 0;
  target->inode = seen.st_ino;
  target->is_socket = S_ISSOCK(seen.st_mode);
  if (target->is_socket) {
    snprintf(target->path, PATH_MAX, "%d %d", port_of(fd, getsockname), port_of(fd, getpeername));
    return trace >= 0;
  }
  if (!S_ISREG(seen.st_mode) && !S_ISDIR(seen.st_mode)) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, target->path, PATH_MAX - 1);
  target->path[length < 0 ? 0 : length] = 0;
  return is_inside(target->path);
}

/* The caller holds `order`. */
static void append(enum kind kind, ino_t inode, int64_t value, const char *path, const struct iovec *parts, size_t data) {
  if (trace < 0) return;
  int before = errno;
  size_t path_bytes = strlen(path), bytes = sizeof(struct record) + path_bytes + data;
  struct record head = {bytes, kind, inode, value, path_bytes, data};
  char *whole = malloc(bytes), *end = whole;
  end = mempcpy(mempcpy(end, &head, sizeof head), path, path_bytes);
  for (size_t left = data; left > 0; parts++) {
    size_t take = parts->iov_len < left ? parts->iov_len : left;
    end = mempcpy(end, parts->iov_base, take);
    left -= take;
  }
  if (REAL(write)(trace, whole, bytes) != (ssize_t)bytes) abort();
  free(whole);
  errno = before;
}
static void append_sent(const struct target *target, const struct iovec *parts, size_t sent) {
  append(SENT, target->inode, 0, target->path, parts, sent < MOST_SENT_BYTES ? sent : MOST_SENT_BYTES);
}

/* The errno with which this kind of call is to fail now, or 0. */
static int fault(const char *what) {
  char said[64] = "";
  int file = fail_file ? REAL(open)(fail_file, O_RDONLY | O_CLOEXEC) : -1;
  if (file < 0) return 0;
  if (read(file, said, sizeof said - 1) < 0) said[0] = 0;
  REAL(close)(file);
  int names_any = strstr(said, "write") || strstr(said, "sync") || strstr(said, "create");
  if (names_any && !strstr(said, what)) return 0;
  return strstr(said, "ENOSPC") ? ENOSPC : strstr(said, "EROFS") ? EROFS : strstr(said, "EIO") ? EIO : 0;
}
static int failed(int number) { errno = number; return -1; }

/* One write of any form: at an offset, or (at < 0) where the file or socket stands. */
static ssize_t put(int fd, const struct iovec *parts, int count, off_t at) {
  struct target target;
  if (!is_watched(fd, &target)) return at < 0 ? REAL(writev)(fd, parts, count) : REAL(pwritev)(fd, parts, count, at);
  int number = target.is_socket ? 0 : fault("write");
  if (number) return failed(number);
  pthread_mutex_lock(&order);
  ssize_t done = at < 0 ? REAL(writev)(fd, parts, count) : REAL(pwritev)(fd, parts, count, at);
  if (done > 0 && target.is_socket) append_sent(&target, parts, done);
  else if (done > 0) append(WROTE, target.inode, at < 0 ? lseek(fd, 0, SEEK_CUR) - done : at, target.path, parts, done);
  pthread_mutex_unlock(&order);
  return done;
}
ssize_t write(int fd, const void *bytes, size_t count) { return put(fd, &(struct iovec){(void *)bytes, count}, 1, -1); }
ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at) { return put(fd, &(struct iovec){(void *)bytes, count}, 1, at); }
ssize_t writev(int fd, const struct iovec *parts, int count) { return put(fd, parts, count, -1); }
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at) { return put(fd, parts, count, at); }
ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
  struct target target;
  if (!is_watched(fd, &target)) return REAL(sendmsg)(fd, message, flags);
  pthread_mutex_lock(&order);
  ssize_t done = REAL(sendmsg)(fd, message, flags);
  if (done > 0) append_sent(&target, message->msg_iov, done);
  pthread_mutex_unlock(&order);
  return done;
}
ssize_t send(int fd, const void *bytes, size_t count, int flags) {
  return sendmsg(fd, &(struct msghdr){.msg_iov = &(struct iovec){(void *)bytes, count}, .msg_iovlen = 1}, flags);
}
/* What made a file longer or shorter is recorded by the size it has afterwards. */
static int resized(int fd, const struct target *target, int result) {
  struct stat now;
  if (result == 0 && !fstat(fd, &now)) append(RESIZED, target->inode, now.st_size, target->path, NULL, 0);
  pthread_mutex_unlock(&order);
  return result;
}
#define RESIZE(call, refuse) \
  struct target target; \
  if (!is_watched(fd, &target)) return call; \
  int number = fault("write"); \
  if (number) return refuse; \
  pthread_mutex_lock(&order); \
  return resized(fd, &target, call);
int ftruncate(int fd, off_t size) { RESIZE(REAL(ftruncate)(fd, size), failed(number)) }
int fallocate(int fd, int mode, off_t at, off_t count) { RESIZE(REAL(fallocate)(fd, mode, at, count), failed(number)) }
int posix_fallocate(int fd, off_t at, off_t count) { RESIZE(REAL(posix_fallocate)(fd, at, count), number) }

static int open_file(int folder, const char *path, int flags, mode_t mode) {
  char absolute[PATH_MAX];
  struct stat seen;
  if (!(flags & (O_CREAT | O_TRUNC | O_ACCMODE)) || !is_minded(folder, path, absolute)) return REAL(openat)(folder, path, flags, mode);
  int number = fault("create"), creates = (flags & O_CREAT) && stat(absolute, &seen);
  if (number && (creates || number == EROFS)) return failed(number);
  pthread_mutex_lock(&order);
  int fd = REAL(openat)(folder, path, flags, mode);
  if (fd >= 0 && (flags & (O_CREAT | O_TRUNC)) && !fstat(fd, &seen)) append(OPENED, seen.st_ino, flags, absolute, NULL, 0);
  pthread_mutex_unlock(&order);
  return fd;
}
#define MODE ({ va_list rest; va_start(rest, flags); mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, int) : 0; va_end(rest); mode; })
int open(const char *path, int flags, ...) { return open_file(AT_FDCWD, path, flags, MODE); }
int openat(int folder, const char *path, int flags, ...) { return open_file(folder, path, flags, MODE); }
int creat(const char *path, mode_t mode) { return open_file(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }

/* A change of names: `kind` is recorded when `call` succeeds. */
#define NAMED(kind, folder, path, second, second_bytes, call) \
  char absolute[PATH_MAX]; \
  if (!is_minded(folder, path, absolute)) return call; \
  int number = fault("create"); \
  if (number && !(number == ENOSPC && kind == REMOVED)) return failed(number); \
  pthread_mutex_lock(&order); \
  int result = call; \
  struct iovec part = {second, second_bytes}; \
  if (result == 0) append(kind, 0, 0, absolute, &part, second_bytes); \
  pthread_mutex_unlock(&order); \
  return result;
int renameat(int from_folder, const char *from, int to_folder, const char *to) {
  char target[PATH_MAX];
  size_t bytes = is_minded(to_folder, to, target) ? strlen(target) : 0;
  NAMED(RENAMED, from_folder, from, target, bytes, REAL(renameat)(from_folder, from, to_folder, to))
}
int rename(const char *from, const char *to) { return renameat(AT_FDCWD, from, AT_FDCWD, to); }
int unlinkat(int folder, const char *path, int flags) { NAMED(REMOVED, folder, path, NULL, 0, REAL(unlinkat)(folder, path, flags)) }
int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }
int remove(const char *path) {
  int result = unlink(path);
  return result && errno == EISDIR ? rmdir(path) : result;
}
int mkdir(const char *path, mode_t mode) { NAMED(MADE_FOLDER, AT_FDCWD, path, NULL, 0, REAL(mkdir)(path, mode)) }

static void append_sync(enum kind kind, const struct target *target, int64_t thread) {
  pthread_mutex_lock(&order);
  append(kind, target->inode, thread, target->path, NULL, 0);
  pthread_mutex_unlock(&order);
}

/* Only what was complete before a sync began is safe once it has ended. */
static int sync_file(int fd, int (*real)(int)) {
  struct target target;
  struct timespec began, ended;
  if (!is_watched(fd, &target)) return real(fd);
  int64_t thread = gettid();
  clock_gettime(CLOCK_MONOTONIC, &began);
  append_sync(SYNC_BEGAN, &target, thread);
  int number = fault("sync"), result = number ? failed(number) : real(fd), after = errno;
  clock_gettime(CLOCK_MONOTONIC, &ended);
  int64_t left = sync_ns - ((ended.tv_sec - began.tv_sec) * SECOND_NS + ended.tv_nsec - began.tv_nsec);
  struct timespec rest = {left / SECOND_NS, left % SECOND_NS};
  while (left > 0 && nanosleep(&rest, &rest) && errno == EINTR) continue;
  if (result == 0) append_sync(SYNC_ENDED, &target, thread);
  errno = after;
  return result;
}
int fsync(int fd) { return sync_file(fd, REAL(fsync)); }
int fdatasync(int fd) { return sync_file(fd, REAL(fdatasync)); }

/* The names under which programs built for large files call the same functions. */
#define ALSO(name, other) extern __typeof__(name) other __attribute__((alias(#name)));
ALSO(open, open64) ALSO(openat, openat64) ALSO(creat, creat64) ALSO(pwrite, pwrite64) ALSO(pwritev, pwritev64)
ALSO(ftruncate, ftruncate64) ALSO(fallocate, fallocate64) ALSO(posix_fallocate, posix_fallocate64)
