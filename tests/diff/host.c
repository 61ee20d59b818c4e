/* A child process that runs cases on the host's CPU. */
/* SPDX-License-Identifier: MIT */
/*
 * Cases go wrong where they may: an address that is not what the generator meant can hit
 * the child's own memory. So the child is expendable, and shares nothing but the slots.
 */
#include "tests/diff/host.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct Shared {
    HostSlot slot[HOST_BATCH];
    unsigned done;
} Shared;

struct Host {
    const Gen *gen;
    Shared *shared;
    pid_t pid;
    int to, from; /* pipes: number of slots to run; a byte when they are done */
};

static void run_slot(const Gen *g, HostSlot *s)
{
    s->out.st = s->c.before;
    gen_memory(g, &s->c, &s->out);
    gen_place(&s->c);
    snapshot_load(&s->out);
    s->out.res = native_run(&s->out.st);
    snapshot_save(&s->out);
    gen_unplace(&s->c);
}

/* A case that never ends ends the child. */
static void set_alarm(unsigned seconds)
{
    struct itimerval t = {.it_value.tv_sec = seconds};

    setitimer(ITIMER_REAL, &t, NULL);
}

static G_NORETURN void child(Host *h, int in, int out)
{
    unsigned n;

    native_init();
    while (read(in, &n, sizeof(n)) == sizeof(n)) {
        char done = 0;
        set_alarm(5);
        for (h->shared->done = 0; h->shared->done < n; h->shared->done++) {
            run_slot(h->gen, &h->shared->slot[h->shared->done]);
        }
        set_alarm(0);
        if (write(out, &done, 1) != 1) {
            break;
        }
    }
    _exit(0);
}

static void start_child(Host *h)
{
    int to[2], from[2];

    if (pipe(to) != 0 || pipe(from) != 0) {
        g_error("pipe");
    }
    h->pid = fork();
    if (h->pid < 0) {
        g_error("fork");
    }
    if (h->pid == 0) {
        close(to[1]);
        close(from[0]);
        child(h, to[0], from[1]);
    }
    close(to[0]);
    close(from[1]);
    h->to = to[1];
    h->from = from[0];
}

static void stop_child(Host *h)
{
    close(h->to);
    close(h->from);
    waitpid(h->pid, NULL, 0);
}

Host *host_new(const Gen *g)
{
    Host *h = g_new0(Host, 1);

    h->gen = g;
    h->shared = mmap(NULL, sizeof(Shared), PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (h->shared == MAP_FAILED) {
        g_error("no shared memory");
    }
    signal(SIGPIPE, SIG_IGN);
    start_child(h);
    return h;
}

void host_free(Host *h)
{
    stop_child(h);
    munmap(h->shared, sizeof(Shared));
    g_free(h);
}

HostSlot *host_slots(Host *h)
{
    return h->shared->slot;
}

unsigned host_run(Host *h, unsigned n)
{
    char done;

    if (write(h->to, &n, sizeof(n)) == sizeof(n) && read(h->from, &done, 1) == 1) {
        return n;
    }
    n = h->shared->done;
    stop_child(h);
    start_child(h);
    return n;
}
