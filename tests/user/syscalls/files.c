/* System calls on files, directories and descriptors. */
/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/openat2.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <utime.h>

#include "calls.h"

static char buf[65536];

static void show_stat(const char *name, const struct stat *st)
{
    printf("%s: mode %o size %ld links %lu\n", name, st->st_mode, (long)st->st_size,
           (unsigned long)st->st_nlink);
}

static void names(void)
{
    struct stat st;

    CALL_OK(RAW(open, "a", O_RDWR | O_CREAT | O_EXCL, 0640));
    CALL(RAW(open, "a", O_RDWR | O_CREAT | O_EXCL, 0640));
    CALL_OK(RAW(creat, "b", 0600));
    CALL(RAW(mkdir, "d", 0755));
    CALL(RAW(mkdirat, AT_FDCWD, "d/e", 0755));
    CALL(RAW(link, "a", "d/a2"));
    CALL(RAW(linkat, AT_FDCWD, "a", AT_FDCWD, "d/a3", 0));
    CALL(RAW(symlink, "a", "s"));
    CALL(RAW(symlinkat, "d", AT_FDCWD, "sd"));
    CALL(RAW(stat, "s", &st));
    show_stat("stat s", &st);
    CALL(RAW(lstat, "s", &st));
    show_stat("lstat s", &st);
    CALL(RAW(newfstatat, AT_FDCWD, "sd", &st, AT_SYMLINK_NOFOLLOW));
    show_stat("newfstatat sd", &st);
    memset(buf, 0, 64);
    CALL(RAW(readlink, "s", buf, 64));
    CALL(RAW(readlinkat, AT_FDCWD, "sd", buf + 1, 64));
    printf("links: %s\n", buf);
    CALL(RAW(readlink, "a", buf, 64));
    CALL(RAW(readlink, "s", buf, 0));
    CALL(RAW(rename, "b", "c"));
    CALL(RAW(renameat, AT_FDCWD, "c", AT_FDCWD, "b"));
    CALL(RAW(renameat2, AT_FDCWD, "a", AT_FDCWD, "b", RENAME_NOREPLACE));
    CALL(RAW(renameat2, AT_FDCWD, "a", AT_FDCWD, "b", RENAME_EXCHANGE));
    CALL(RAW(access, "a", R_OK | W_OK));
    CALL(RAW(access, "nothing", F_OK));
    CALL(RAW(faccessat, AT_FDCWD, "d", X_OK));
    CALL(RAW(faccessat2, AT_FDCWD, "d", X_OK, AT_EACCESS));
    CALL(RAW(chmod, "b", 0400));
    CALL(RAW(fchmodat, AT_FDCWD, "b", 0444));
    CALL(RAW(stat, "b", &st));
    show_stat("stat b", &st);
    CALL(RAW(chown, "b", -1, -1));
    CALL(RAW(lchown, "s", -1, -1));
    CALL(RAW(fchownat, AT_FDCWD, "b", -1, -1, 0));
    CALL(RAW(mknod, "p", S_IFIFO | 0600, 0));
    CALL(RAW(mknodat, AT_FDCWD, "p2", S_IFIFO | 0600, 0));
    CALL(RAW(unlink, "d"));
    CALL(RAW(rmdir, "d"));
    CALL(RAW(unlink, "p2"));
    CALL(RAW(unlinkat, AT_FDCWD, "d/e", AT_REMOVEDIR));
    CALL(RAW(umask, 022));
    CALL(RAW(umask, 077));
}

static void times(void)
{
    struct timeval tv[2] = {
        {1000, 500000},
        {2000, 250000}
    };
    struct timespec ts[2] = {
        {3000, 1         },
        {4000, UTIME_OMIT}
    };
    struct utimbuf ut = {111, 222};
    struct stat st;

    CALL(RAW(utimes, "a", tv));
    CALL(RAW(stat, "a", &st));
    printf("%ld.%09ld %ld.%09ld\n", st.st_atim.tv_sec, st.st_atim.tv_nsec,
           st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
    CALL(RAW(utime, "a", &ut));
    CALL(RAW(stat, "a", &st));
    printf("%ld %ld\n", st.st_atim.tv_sec, st.st_mtim.tv_sec);
    CALL(RAW(futimesat, AT_FDCWD, "a", tv));
    CALL(RAW(utimensat, AT_FDCWD, "a", ts, 0));
    CALL(RAW(stat, "a", &st));
    printf("%ld.%09ld %ld.%09ld\n", st.st_atim.tv_sec, st.st_atim.tv_nsec,
           st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
    tv[1].tv_usec = 1000000;
    CALL(RAW(utimes, "a", tv));
    CALL(RAW(utimes, "a", NULL));
    CALL(RAW(utime, "nothing", NULL));
}

static void data(void)
{
    struct iovec iov[3] = {
        {buf,       3},
        {buf + 100, 4},
        {buf + 200, 5}
    };
    int fd = open("data", O_RDWR | O_CREAT, 0600),
        fd2 = open("data2", O_RDWR | O_CREAT, 0600);
    loff_t off = 2, off2 = 0;
    struct stat st;
    struct statx sx;
    struct statfs sf;

    CALL(RAW(write, fd, "hello, world", 12));
    CALL(RAW(lseek, fd, 0, SEEK_SET));
    memset(buf, 0, sizeof buf);
    CALL(RAW(readv, fd, iov, 3));
    printf("%s|%s|%s\n", buf, buf + 100, buf + 200);
    CALL(RAW(lseek, fd, 100, SEEK_END));
    CALL(RAW(writev, fd, iov, 3));
    CALL(RAW(pread64, fd, buf, 100, 5));
    CALL(RAW(pwrite64, fd, "xyz", 3, 1));
    CALL(RAW(preadv, fd, iov, 3, 0L, 0L));
    CALL(RAW(pwritev, fd, iov, 3, 300L, 0L));
    CALL(RAW(preadv2, fd, iov, 3, 0L, 0L, 0));
    CALL(RAW(pwritev2, fd, iov, 3, -1L, 0L, RWF_APPEND));
    CALL(RAW(readv, fd, iov, 2000));
    CALL(RAW(readv, fd, iov, 0));
    iov[1].iov_base = (void *)8;
    CALL(RAW(lseek, fd, 0, SEEK_SET));
    CALL(RAW(readv, fd, iov, 3));
    CALL(RAW(writev, fd, iov + 1, 2));
    CALL(RAW(ftruncate, fd, 5000));
    CALL(RAW(truncate, "data", 4000));
    CALL(RAW(fstat, fd, &st));
    show_stat("fstat", &st);
    CALL(RAW(statx, fd, "", AT_EMPTY_PATH, STATX_SIZE, &sx));
    printf("%lu\n", (unsigned long)sx.stx_size);
    CALL(RAW(statfs, "/proc", &sf));
    printf("%lx\n", (long)sf.f_type);
    CALL(RAW(fstatfs, fd, &sf));
    CALL(RAW(sendfile, fd2, fd, &off, 50));
    SHOW(off);
    CALL(RAW(copy_file_range, fd, &off, fd2, &off2, 60, 0));
    SHOW(off2);
    CALL(RAW(fallocate, fd, FALLOC_FL_KEEP_SIZE, 0, 8192));
    CALL(RAW(fadvise64, fd, 0, 100, POSIX_FADV_SEQUENTIAL));
    CALL(RAW(readahead, fd, 0, 4096));
    CALL(RAW(fsync, fd));
    CALL(RAW(fdatasync, fd));
    CALL(RAW(sync_file_range, fd, 0, 100, 0));
    CALL(RAW(syncfs, fd));
    CALL(RAW(flock, fd, LOCK_EX | LOCK_NB));
    CALL(RAW(flock, fd, LOCK_UN));
    CALL(RAW(fchmod, fd, 0640));
    CALL(RAW(fchown, fd, -1, -1));
    CALL(RAW(read, fd, buf, -1L));
    CALL(RAW(read, 1000, buf, 1));
    CALL(close(fd));
    CALL(close(fd));
    close(fd2);
}

static void directories(void)
{
    struct OldEntry {
        unsigned long ino, off;
        unsigned short reclen;
        char name[];
    };
    int fd = open("d", O_RDONLY | O_DIRECTORY), n = 0, m = 0;
    long len = RAW(getdents, fd, buf, 4096);

    for (long at = 0; at < len;) {
        struct OldEntry *e = (void *)(buf + at);
        n += strlen(e->name) * 7 + ((char *)e)[e->reclen - 1];
        at += e->reclen;
    }
    SHOW(n);
    CALL(RAW(getdents, fd, buf, 4096));
    CALL(RAW(lseek, fd, 0, SEEK_SET));
    CALL(RAW(getdents, fd, buf, 8));
    len = RAW(getdents64, fd, buf, 4096);
    for (long at = 0; at < len;) {
        struct dirent64 *e = (void *)(buf + at);
        m += strlen(e->d_name) * 7 + e->d_type;
        at += e->d_reclen;
    }
    SHOW(m);
    CALL(RAW(chdir, "d"));
    CALL_OK(RAW(getcwd, buf, 4096));
    printf("%s\n", strrchr(buf, '/'));
    CALL(RAW(getcwd, buf, 3));
    CALL(RAW(chdir, ".."));
    CALL(RAW(fchdir, fd));
    CALL(RAW(chdir, ".."));
    CALL(RAW(fchdir, 1));
    CALL(RAW(openat, fd, "nothing", O_RDONLY));
    CALL_OK(RAW(openat, fd, "a2", O_RDONLY));
    CALL(RAW(open, "a", O_DIRECTORY));
    CALL(RAW(open, "s", O_NOFOLLOW));
    CALL_OK(RAW(open, ".", O_TMPFILE | O_RDWR, 0600));
    struct open_how how = {.flags = O_RDONLY, .resolve = RESOLVE_NO_SYMLINKS};
    CALL(RAW(openat2, AT_FDCWD, "s", &how, sizeof how));
    CALL_OK(RAW(openat2, AT_FDCWD, "a", &how, sizeof how));
    CALL(RAW(openat2, AT_FDCWD, "a", &how, 8));
    struct {
        unsigned bytes, type;
        char handle[128];
    } h = {.bytes = 128};
    int mount;
    CALL(RAW(name_to_handle_at, AT_FDCWD, "a", &h, &mount, 0));
    h.bytes = 0;
    CALL(RAW(open_by_handle_at, AT_FDCWD, &h, O_RDONLY));
    close(fd);
}

static void descriptors(void)
{
    int fd = open("a", O_RDWR), p[2], q[2];
    struct flock lock = {.l_type = F_WRLCK, .l_len = 10};
    struct f_owner_ex owner = {F_OWNER_PID, 0};

    CALL(RAW(dup2, fd, 100));
    CALL(RAW(dup2, 100, 100));
    CALL(RAW(dup2, 99, 99));
    CALL(RAW(dup3, fd, 101, O_CLOEXEC));
    CALL(RAW(dup3, fd, fd, 0));
    CALL(RAW(dup2, fd, 1 << 28));
    CALL_OK(RAW(dup, fd));
    CALL(RAW(fcntl, 101, F_GETFD));
    CALL(RAW(fcntl, 101, F_SETFD, 0));
    CALL(RAW(fcntl, 101, F_GETFD));
    CALL(RAW(fcntl, fd, F_DUPFD, 200));
    CALL(RAW(fcntl, fd, F_DUPFD_CLOEXEC, 200));
    CALL(RAW(fcntl, fd, F_GETFL));
    CALL(RAW(fcntl, fd, F_SETFL, O_APPEND | O_NONBLOCK));
    CALL(RAW(fcntl, fd, F_GETFL));
    int d = open(".", O_DIRECTORY | O_RDONLY);
    CALL(RAW(fcntl, d, F_GETFL));
    CALL(RAW(fcntl, fd, F_SETLK, &lock));
    CALL(RAW(fcntl, fd, F_GETLK, &lock));
    SHOW(lock.l_type);
    lock = (struct flock){.l_type = F_RDLCK, .l_len = 10};
    CALL(RAW(fcntl, fd, F_SETLKW, &lock));
    CALL(RAW(fcntl, fd, F_OFD_SETLK, &lock));
    CALL(RAW(fcntl, fd, F_GETLK, (void *)8));
    CALL(RAW(fcntl, fd, F_SETOWN_EX, &owner));
    CALL(RAW(fcntl, fd, F_GETOWN_EX, &owner));
    CALL(RAW(fcntl, fd, F_SETSIG, 10));
    CALL(RAW(fcntl, fd, F_GETSIG));
    CALL(RAW(fcntl, fd, 9999));
    CALL(RAW(pipe, p));
    CALL(RAW(pipe2, q, O_NONBLOCK | O_DIRECT | O_CLOEXEC));
    CALL(RAW(fcntl, q[0], F_GETFL));
    CALL(RAW(fcntl, p[0], F_SETPIPE_SZ, 8192));
    CALL(RAW(fcntl, p[0], F_GETPIPE_SZ));
    CALL(RAW(write, p[1], "splice me", 9));
    CALL(RAW(tee, p[0], q[1], 9, SPLICE_F_NONBLOCK));
    CALL(RAW(splice, p[0], NULL, d, NULL, 9, 0));
    lseek(100, 0, SEEK_SET);
    RAW(fcntl, fd, F_SETFL, 0);
    CALL(RAW(splice, p[0], NULL, fd, NULL, 9, 0));
    struct iovec iov = {(void *)"vm", 2};
    CALL(RAW(vmsplice, p[1], &iov, 1, 0));
    CALL(RAW(read, p[0], buf, 10));
    CALL(RAW(read, q[0], buf, 100));
    CALL(RAW(read, q[0], buf, 100));
    CALL(RAW(close_range, 90, 300, 0));
    CALL(RAW(fcntl, 100, F_GETFD));
    CALL(RAW(close_range, 300, 90, 0));
    CALL(RAW(close_range, 0, 1, 77));
}

static void attributes(void)
{
    int fd = open("a", O_RDWR);

    CALL(RAW(setxattr, "a", "user.one", "1234", 4, 0));
    CALL(RAW(lsetxattr, "a", "user.two", "12", 2, XATTR_CREATE));
    CALL(RAW(fsetxattr, fd, "user.one", "5", 1, XATTR_CREATE));
    CALL(RAW(getxattr, "a", "user.one", buf, 100));
    CALL(RAW(lgetxattr, "a", "user.two", buf, 1));
    CALL(RAW(fgetxattr, fd, "user.no", buf, 100));
    CALL(RAW(listxattr, "a", buf, 1000));
    CALL(RAW(llistxattr, "a", buf, 1000));
    CALL(RAW(flistxattr, fd, buf, 1));
    CALL(RAW(removexattr, "a", "user.one"));
    CALL(RAW(lremovexattr, "a", "user.two"));
    CALL(RAW(fremovexattr, fd, "user.two"));
    CALL(RAW(memfd_create, "x", 0x8000));
    int m = RAW(memfd_create, "x", MFD_ALLOW_SEALING);
    CALL(RAW(fcntl, m, F_ADD_SEALS, F_SEAL_WRITE));
    CALL(RAW(fcntl, m, F_GET_SEALS));
    CALL(RAW(write, m, "x", 1));
    SHOW(fcntl(m, F_GETFD));
    int value = 0;
    CALL(RAW(ioctl, fd, FIONREAD, &value));
    CALL(RAW(ioctl, fd, FS_IOC_GETFLAGS, (void *)8));
    CALL(RAW(ioctl, fd, FIGETBSZ, &value));
    SHOW(value);
    CALL(RAW(ioctl, fd, FIOCLEX));
    CALL(RAW(fcntl, fd, F_GETFD));
    CALL(RAW(ioctl, fd, 0x1234, 0));
    CALL(RAW(ioctl, fd, _IOR('x', 200, long), buf));
}

int main(void)
{
    own_folder();
    names();
    times();
    data();
    directories();
    descriptors();
    attributes();
    remove_folder();
    return 0;
}
