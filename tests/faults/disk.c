/* A disk that fails on demand, or that remembers what it was told, for a process it is preloaded into (LD_PRELOAD).

   DISK_UNDER   only files below this folder are of interest
   DISK_SWITCH  a file: while it says `full`, nothing can be written; while it says `broken`, nothing can be synced
   DISK_LOG     every write, truncation, sync, removal and renaming is written there, with its bytes, in order

   A record: one byte what (w t s u r), then in native order 4 bytes length of the path, 8 bytes offset (or new size),
   4 bytes length of the bytes; then the path and the bytes (of a renaming: the new path). */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NEXT(type, name, ...) \
    static type (*next)(__VA_ARGS__); \
    if (!next) next = (type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

static int below(const char *path) {
    const char *under = getenv("DISK_UNDER");
    return under && path[0] == '/' && strncmp(path, under, strlen(under)) == 0;
}

static int ours(int fd, char *path) {
    char link[32];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = syscall(SYS_readlink, link, path, PATH_MAX - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    return below(path);
}

static char state(void) {
    const char *name = getenv("DISK_SWITCH");
    char first = 0;
    if (!name) return 0;
    int fd = syscall(SYS_openat, AT_FDCWD, name, O_RDONLY);
    if (fd < 0) return 0;
    if (syscall(SYS_read, fd, &first, 1) != 1) first = 0;
    syscall(SYS_close, fd);
    return first;
}

static void record(char what, const char *path, uint64_t offset, const void *bytes, uint32_t length) {
    static int log = -1;
    const char *name = getenv("DISK_LOG");
    if (!name) return;
    if (log < 0) log = syscall(SYS_openat, AT_FDCWD, name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    uint32_t named = strlen(path);
    char head[17 + PATH_MAX];
    head[0] = what;
    memcpy(head + 1, &named, 4);
    memcpy(head + 5, &offset, 8);
    memcpy(head + 13, &length, 4);
    memcpy(head + 17, path, named);
    syscall(SYS_write, log, head, 17 + named);
    if (length) syscall(SYS_write, log, bytes, length);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset) {
    NEXT(ssize_t, "pwrite64", int, const void *, size_t, off64_t);
    char path[PATH_MAX];
    int mine = ours(fd, path);
    if (mine && state() == 'f') { errno = ENOSPC; return -1; }
    ssize_t written = next(fd, bytes, count, offset);
    if (mine && written > 0) record('w', path, offset, bytes, written);
    return written;
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) { return pwrite64(fd, bytes, count, offset); }

ssize_t write(int fd, const void *bytes, size_t count) {
    NEXT(ssize_t, "write", int, const void *, size_t);
    char path[PATH_MAX];
    struct stat about;
    if (!ours(fd, path)) return next(fd, bytes, count);
    if (state() == 'f') { errno = ENOSPC; return -1; }
    off_t offset = lseek(fd, 0, SEEK_CUR);
    if ((fcntl(fd, F_GETFL) & O_APPEND) && fstat(fd, &about) == 0) offset = about.st_size;
    ssize_t written = next(fd, bytes, count);
    if (written > 0) record('w', path, offset, bytes, written);
    return written;
}

int ftruncate64(int fd, off64_t size) {
    NEXT(int, "ftruncate64", int, off64_t);
    char path[PATH_MAX];
    struct stat about;
    int mine = ours(fd, path);
    if (mine && state() == 'f' && fstat(fd, &about) == 0 && size > about.st_size) { errno = ENOSPC; return -1; }
    int done = next(fd, size);
    if (mine && done == 0) record('t', path, size, 0, 0);
    return done;
}

int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

static int synced(int fd, int (*next)(int)) {
    char path[PATH_MAX];
    int mine = ours(fd, path);
    if (mine && state() == 'b') { errno = EIO; return -1; }
    int done = next(fd);
    if (mine && done == 0) record('s', path, 0, 0, 0);
    return done;
}

int fsync(int fd) {
    NEXT(int, "fsync", int);
    return synced(fd, next);
}

int fdatasync(int fd) {
    NEXT(int, "fdatasync", int);
    return synced(fd, next);
}

int unlink(const char *path) {
    NEXT(int, "unlink", const char *);
    int done = next(path);
    if (done == 0 && below(path)) record('u', path, 0, 0, 0);
    return done;
}

int rename(const char *path, const char *to) {
    NEXT(int, "rename", const char *, const char *);
    int done = next(path, to);
    if (done == 0 && below(path)) record('r', path, 0, to, strlen(to));
    return done;
}
