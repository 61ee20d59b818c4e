/* Signals: an orderly end with a message, and the terminal as it was found. */
/* SPDX-License-Identifier: MIT */
#include "softmmu/vm.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "backends/terminal.h"

/*
 * Signals that ask for an end, and those of job control, are blocked in all threads and
 * read by the event loop. Those that tell of a bug of ours only restore the terminal
 * before they kill.
 */

struct Signals {
    VM *vm;
    int fd;
    EvFd *watch;
};

static const int asked[] = {SIGTERM, SIGINT, SIGHUP, SIGTSTP, SIGCONT};
static const int fatal[] = {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGQUIT, SIGSEGV, SIGTRAP};

static void on_fatal(int sig)
{
    terminal_restore();
    raise(sig); /* SA_RESETHAND: by now it has its default effect */
}

static void on_signal(VM *vm, int sig)
{
    switch (sig) {
    case SIGTSTP:
        terminal_restore();
        raise(SIGSTOP);
        break;
    case SIGCONT:
        terminal_resume();
        break;
    default:
        terminal_restore();
        report_error("terminating on signal %d", sig);
        vm_request_exit(vm, 0);
        break;
    }
}

static void signals_ready(void *opaque, unsigned events)
{
    Signals *s = opaque;
    struct signalfd_siginfo info;
    if (read(s->fd, &info, sizeof info) == sizeof info) {
        on_signal(s->vm, info.ssi_signo);
    }
}

static void asked_set(sigset_t *set)
{
    sigemptyset(set);
    for (size_t i = 0; i < ARRAY_SIZE(asked); i++) {
        sigaddset(set, asked[i]);
    }
}

Signals *signals_new(VM *vm)
{
    Signals *s = g_new0(Signals, 1);
    struct sigaction die = {.sa_handler = on_fatal,
                            .sa_flags = SA_RESETHAND | SA_NODEFER};
    sigset_t set;

    signal(SIGPIPE, SIG_IGN);
    for (size_t i = 0; i < ARRAY_SIZE(fatal); i++) {
        sigaction(fatal[i], &die, NULL);
    }
    asked_set(&set);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    s->vm = vm;
    s->fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    s->watch = evfd_new(vm->loop, s->fd, EV_READ, signals_ready, s);
    return s;
}

void signals_free(Signals *s)
{
    evfd_free(s->watch);
    close(s->fd);
    g_free(s);
}
