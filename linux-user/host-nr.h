/* Numbers of the host's system calls, HOST_NR_NAME; -1 where the host has no such call.
 */
/* SPDX-License-Identifier: MIT */
#ifndef LINUX_USER_HOST_NR_H
#define LINUX_USER_HOST_NR_H

#include <sys/syscall.h>

#ifndef SYS_open
#define SYS_open -1
#endif
#ifndef SYS_stat
#define SYS_stat -1
#endif
#ifndef SYS_lstat
#define SYS_lstat -1
#endif
#ifndef SYS_poll
#define SYS_poll -1
#endif
#ifndef SYS_access
#define SYS_access -1
#endif
#ifndef SYS_pipe
#define SYS_pipe -1
#endif
#ifndef SYS_select
#define SYS_select -1
#endif
#ifndef SYS_dup2
#define SYS_dup2 -1
#endif
#ifndef SYS_pause
#define SYS_pause -1
#endif
#ifndef SYS_alarm
#define SYS_alarm -1
#endif
#ifndef SYS_fork
#define SYS_fork -1
#endif
#ifndef SYS_vfork
#define SYS_vfork -1
#endif
#ifndef SYS_rename
#define SYS_rename -1
#endif
#ifndef SYS_mkdir
#define SYS_mkdir -1
#endif
#ifndef SYS_rmdir
#define SYS_rmdir -1
#endif
#ifndef SYS_creat
#define SYS_creat -1
#endif
#ifndef SYS_link
#define SYS_link -1
#endif
#ifndef SYS_unlink
#define SYS_unlink -1
#endif
#ifndef SYS_symlink
#define SYS_symlink -1
#endif
#ifndef SYS_readlink
#define SYS_readlink -1
#endif
#ifndef SYS_chmod
#define SYS_chmod -1
#endif
#ifndef SYS_chown
#define SYS_chown -1
#endif
#ifndef SYS_lchown
#define SYS_lchown -1
#endif
#ifndef SYS_getrlimit
#define SYS_getrlimit -1
#endif
#ifndef SYS_setrlimit
#define SYS_setrlimit -1
#endif
#ifndef SYS_getpgrp
#define SYS_getpgrp -1
#endif
#ifndef SYS_utime
#define SYS_utime -1
#endif
#ifndef SYS_mknod
#define SYS_mknod -1
#endif
#ifndef SYS_uselib
#define SYS_uselib -1
#endif
#ifndef SYS_ustat
#define SYS_ustat -1
#endif
#ifndef SYS_sysfs
#define SYS_sysfs -1
#endif
#ifndef SYS_modify_ldt
#define SYS_modify_ldt -1
#endif
#ifndef SYS__sysctl
#define SYS__sysctl -1
#endif
#ifndef SYS_arch_prctl
#define SYS_arch_prctl -1
#endif
#ifndef SYS_iopl
#define SYS_iopl -1
#endif
#ifndef SYS_ioperm
#define SYS_ioperm -1
#endif
#ifndef SYS_create_module
#define SYS_create_module -1
#endif
#ifndef SYS_get_kernel_syms
#define SYS_get_kernel_syms -1
#endif
#ifndef SYS_query_module
#define SYS_query_module -1
#endif
#ifndef SYS_getpmsg
#define SYS_getpmsg -1
#endif
#ifndef SYS_putpmsg
#define SYS_putpmsg -1
#endif
#ifndef SYS_afs_syscall
#define SYS_afs_syscall -1
#endif
#ifndef SYS_tuxcall
#define SYS_tuxcall -1
#endif
#ifndef SYS_security
#define SYS_security -1
#endif
#ifndef SYS_time
#define SYS_time -1
#endif
#ifndef SYS_set_thread_area
#define SYS_set_thread_area -1
#endif
#ifndef SYS_get_thread_area
#define SYS_get_thread_area -1
#endif
#ifndef SYS_epoll_create
#define SYS_epoll_create -1
#endif
#ifndef SYS_epoll_ctl_old
#define SYS_epoll_ctl_old -1
#endif
#ifndef SYS_epoll_wait_old
#define SYS_epoll_wait_old -1
#endif
#ifndef SYS_getdents
#define SYS_getdents -1
#endif
#ifndef SYS_vserver
#define SYS_vserver -1
#endif
#ifndef SYS_utimes
#define SYS_utimes -1
#endif
#ifndef SYS_inotify_init
#define SYS_inotify_init -1
#endif
#ifndef SYS_futimesat
#define SYS_futimesat -1
#endif
#ifndef SYS_signalfd
#define SYS_signalfd -1
#endif
#ifndef SYS_eventfd
#define SYS_eventfd -1
#endif
#ifndef SYS_epoll_wait
#define SYS_epoll_wait -1
#endif
#ifndef SYS_renameat
#define SYS_renameat -1
#endif
#ifndef SYS_nfsservctl
#define SYS_nfsservctl -1
#endif
#ifndef SYS_memfd_secret
#define SYS_memfd_secret -1
#endif
#ifndef SYS_set_mempolicy_home_node
#define SYS_set_mempolicy_home_node -1
#endif

enum {
#define SYS(nr, name, ...) HOST_NR_##name = SYS_##name,
#include "linux-user/syscalls.def"
};

#endif
