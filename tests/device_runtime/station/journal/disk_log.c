/* Preloaded into a program, writes down each change that it makes to files in $DISK_LOG_FOLDER, in order, to $DISK_LOG:
 * an operation, the lengths of its two texts, its offset; then the texts (a path, and data or another path). */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int log_file = -1;
static const char *folder;
static size_t folder_length;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void begin(void) {
    folder = getenv("DISK_LOG_FOLDER");
    folder_length = folder ? strlen(folder) : 0;
    if (folder) log_file = open(getenv("DISK_LOG"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static void put(const void *data, size_t size) {
    if (REAL(write)(log_file, data, size) != (ssize_t)size) abort();
}

static void note(char operation, const char *path, const void *data, size_t size, int64_t offset) {
    if (log_file < 0 || strncmp(path, folder, folder_length)) return;
    struct { int64_t operation, path, data, offset; } head = {operation, (int64_t)strlen(path), (int64_t)size, offset};
    put(&head, sizeof head);
    put(path, strlen(path));
    put(data, size);
}

static const char *path_of(int file) {
    static __thread char path[PATH_MAX];
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    path[length < 0 ? 0 : length] = 0;
    return path;
}

ssize_t write(int file, const void *data, size_t size) {
    int64_t offset = lseek(file, 0, SEEK_CUR);
    ssize_t done = REAL(write)(file, data, size);
    if (done > 0) note('w', path_of(file), data, (size_t)done, offset);
    return done;
}

ssize_t pwrite(int file, const void *data, size_t size, off_t offset) {
    ssize_t done = REAL(pwrite)(file, data, size, offset);
    if (done > 0) note('w', path_of(file), data, (size_t)done, offset);
    return done;
}

ssize_t pwrite64(int file, const void *data, size_t size, off64_t offset) {
    ssize_t done = REAL(pwrite64)(file, data, size, offset);
    if (done > 0) note('w', path_of(file), data, (size_t)done, offset);
    return done;
}

int ftruncate(int file, off_t size) {
    int failed = REAL(ftruncate)(file, size);
    if (!failed) note('t', path_of(file), "", 0, size);
    return failed;
}

int ftruncate64(int file, off64_t size) {
    int failed = REAL(ftruncate64)(file, size);
    if (!failed) note('t', path_of(file), "", 0, size);
    return failed;
}

int fsync(int file) {
    int failed = REAL(fsync)(file);
    if (!failed) note('s', path_of(file), "", 0, 0);
    return failed;
}

int fdatasync(int file) {
    int failed = REAL(fdatasync)(file);
    if (!failed) note('s', path_of(file), "", 0, 0);
    return failed;
}

int rename(const char *old, const char *new) {
    int failed = REAL(rename)(old, new);
    if (!failed) note('r', old, new, strlen(new), 0);
    return failed;
}

int link(const char *old, const char *new) {
    int failed = REAL(link)(old, new);
    if (!failed) note('l', old, new, strlen(new), 0);
    return failed;
}

int unlink(const char *path) {
    int failed = REAL(unlink)(path);
    if (!failed) note('u', path, "", 0, 0);
    return failed;
}
